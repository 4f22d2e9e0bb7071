import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runGit } from '../../../src/adapters/git/git-program.ts';
import { LAUNCHER } from '../../../src/adapters/git/launcher.ts';
import { mirrorSource } from '../../../src/adapters/git/mirror/mirror.ts';
import { SNAPSHOT_LIMITS } from '../../../src/adapters/snapshot-rules.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { NO_ACCESS } from '../../helpers/git-places.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import { content, freshClone, hazard, MIRRORS, newer, openAt, serve, take } from './sources.ts';

/** Runs git as a mirror does, in a repository. */
async function runIn(repository: GitRepository, args: readonly string[], input?: string) {
  const launcher = join(temporaryDirectory(), 'git.sh');
  writeFileSync(launcher, LAUNCHER);
  return await runGit(args, {
    directory: repository.path,
    launcher,
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', HOME: '/nonexistent', FILE_BLOCKS: '100000' },
    deadlineMs: 20_000,
    outputBytes: 4 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
  });
}

test('exit code of a command that says nothing is not lost', async () => {
  const repository = new GitRepository();
  const first = repository.commit(content);
  const second = repository.commit(newer);
  const ask = async (...args: readonly string[]) => await runIn(repository, ['merge-base', ...args]);
  expect(await ask('--is-ancestor', second, first)).toMatchObject({ exitCode: 1, stderr: '', ended: 'exit' });
  expect(await ask('--is-ancestor', first, second)).toMatchObject({ exitCode: 0, stderr: '', ended: 'exit' });
});

test('output of a command is never cut short, and its input is whole', async () => {
  const repository = new GitRepository();
  const large = 'x'.repeat(1024 * 1024);
  const oid = repository.writeBlob(large);
  for (let round = 0; round < 10; round++) {
    const { stdout, exitCode } = await runIn(repository, ['cat-file', '--batch'], `${oid}\n${oid}\n`);
    expect([exitCode, stdout.length]).toEqual([
      0,
      2 * (`${oid} blob ${large.length}\n`.length + large.length + 1),
    ]);
  }
});

test('command that prints nothing takes no longer than one that prints', async () => {
  const repository = new GitRepository();
  const commit = repository.commit(content);
  const fastest = async (args: readonly string[]): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < 12; round++) {
      const start = performance.now();
      await runIn(repository, args);
      times.push(performance.now() - start);
    }
    return Math.min(...times);
  };
  const printing = await fastest(['rev-parse', 'HEAD']);
  const silent = await fastest(['merge-base', '--is-ancestor', commit, commit]);
  expect(silent - printing).toBeLessThan(40);
});

hazard('directory of the clone is not there', MIRRORS, async (kind) => {
  const repository = new GitRepository();
  const commit = repository.commit(content);
  const clone = freshClone();
  const source = openAt(await serve(kind, repository.gitdir), { clone });
  expect(await take(source)).toMatchObject({ commit });
  rmSync(clone, { recursive: true });
  expect(await source.read(commit)).toMatchObject({ commit });
});

test('git that is not installed is told', async () => {
  const source = mirrorSource({
    url: 'file:///nowhere',
    tracked: { kind: 'branch', name: 'main' },
    access: NO_ACCESS,
    limits: { ...SNAPSHOT_LIMITS, fetchMs: 10_000 },
    clone: freshClone(),
    searchPath: temporaryDirectory(),
  });
  const { code, message } = await failureOf(source.probe());
  expect([code, message]).toEqual(['SOURCE_UNREACHABLE', expect.stringContaining('git is not installed')]);
});
