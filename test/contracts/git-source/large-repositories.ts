import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

export const MANY_REFS = 10_000;
export const MANY_FILES = 5_000;
export const MANY_COMMITS = 10_000;
export const BLOB_OF_ZEROS_BYTES = 300 * 1024 * 1024;

/** Each gives its git directory. They are made once for all tests of a file, which must not change them. */
export const repositoryWithManyRefs = once((gitdir) => {
  importStream(gitdir, ['commit refs/heads/main', COMMITTER, 'data 0', file('env/common.yaml', 'A: 1\n')]);
  const commit = git(gitdir, 'rev-parse', 'main').trim();
  const names = Array.from({ length: MANY_REFS }, (_, index) => `refs/heads/branch-${number(index)}`);
  const lines = [...names, 'refs/heads/main'].map((name) => `${commit} ${name}\n`);
  writeFileSync(
    join(gitdir, 'packed-refs'),
    `# pack-refs with: peeled fully-peeled sorted \n${lines.join('')}`,
  );
});

export const repositoryWithManyFiles = once((gitdir) => {
  const files = Array.from({ length: MANY_FILES }, (_, index) =>
    file(`env/part-${index % 50}/file-${number(index)}.yaml`, `A: ${index}\n`),
  );
  importStream(gitdir, ['commit refs/heads/main', COMMITTER, 'data 0', ...files]);
});

export const repositoryWithManyCommits = once((gitdir) => {
  const commits = Array.from({ length: MANY_COMMITS }, (_, index) => [
    'commit refs/heads/main',
    `committer Test <test@example.com> ${1_700_000_000 + index} +0000`,
    'data 0',
    file('env/common.yaml', `A: ${index}\n`),
  ]);
  importStream(gitdir, commits.flat());
});

export const repositoryWithBlobOfZeros = once((gitdir) => {
  const before = ['commit refs/heads/main', COMMITTER, 'data 0', file('env/common.yaml', 'A: 1\n')];
  const head = `${before.join('\n')}\nM 100644 inline env/zeros\ndata ${BLOB_OF_ZEROS_BYTES}\n`;
  const stream = `printf %s "$HEAD"; head -c ${BLOB_OF_ZEROS_BYTES} /dev/zero; echo`;
  const streamed = '-c core.bigFileThreshold=1m -c core.compression=1 -c fastimport.unpackLimit=0';
  execFileSync('sh', ['-c', `{ ${stream}; } | git ${streamed} fast-import --quiet`], {
    env: { ...environment(gitdir), HEAD: head },
  });
});

const COMMITTER = 'committer Test <test@example.com> 1700000000 +0000';

function once(fill: (gitdir: string) => void): () => string {
  let gitdir: string | null = null;
  return () => {
    if (gitdir === null) {
      const directory = mkdtempSync(join(realpathSync(tmpdir()), 'reconcile-'));
      made.push(directory);
      gitdir = join(directory, 'env.git');
      git(directory, 'init', '-q', '--bare', '-b', 'main', gitdir);
      fill(gitdir);
    }
    return gitdir;
  };
}

/** git-fast-import(1), hundreds of times faster than one command for each commit. */
function importStream(gitdir: string, lines: readonly string[]): void {
  const input = `${lines.join('\n')}\n`;
  execFileSync('git', ['-c', 'fastimport.unpackLimit=0', 'fast-import', '--quiet'], {
    input,
    env: environment(gitdir),
  });
}

/** All of them have one digit per byte, so that a length is a length. */
function file(path: string, content: string): string {
  return `M 100644 inline ${path}\ndata ${content.length}\n${content}`;
}

function number(index: number): string {
  return String(index).padStart(5, '0');
}

function git(gitdir: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { env: environment(gitdir), encoding: 'utf8' });
}

function environment(gitdir: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    GIT_DIR: gitdir,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };
}
