import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from './temporary-directory.ts';

/** Nothing of the machine's own git configuration, and always the same author. */
const environment = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
  LC_ALL: 'C',
};

/** A real repository with a work tree, on branch `main`, removed when the test ends. */
export class GitRepository {
  readonly path = temporaryDirectory();
  readonly gitdir = join(this.path, '.git');

  constructor(...initOptions: readonly string[]) {
    this.git('init', '-q', '-b', 'main', ...initOptions);
  }

  /** Runs git in the work tree and gives its output without the last line end. */
  git(...commandLine: readonly string[]): string {
    return this.#run(commandLine, '');
  }

  /** Writes files and commits everything. Gives the commit. */
  commit(files: Readonly<Record<string, string | Uint8Array>>): string {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, path)), { recursive: true });
      writeFileSync(join(this.path, path), content);
    }
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', 'change');
    return this.git('rev-parse', 'HEAD');
  }

  /**
   * Commits a tree entry by entry, past all checks of git: `mode type hash<TAB>name`, with names that no work tree
   * could hold. Gives the commit and moves the branch to it.
   */
  commitTree(lines: readonly string[]): string {
    const commit = this.git('commit-tree', '-m', 'change', this.writeTree(lines));
    this.git('update-ref', 'refs/heads/main', commit);
    return commit;
  }

  /** Byte for byte as it says, in this order: `git mktree` refuses some names. */
  writeTree(lines: readonly string[]): string {
    const entries = lines.flatMap((line) => {
      const [, mode = '', oid = '', name = ''] = /^0?(\d+) \w+ ([0-9a-f]{40})\t(.*)$/s.exec(line) ?? [];
      return [Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')];
    });
    return this.#run(['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], Buffer.concat(entries));
  }

  writeBlob(text: string): string {
    return this.#run(['hash-object', '-w', '--stdin'], text);
  }

  #run(commandLine: readonly string[], input: string | Uint8Array): string {
    const options = { cwd: this.path, env: environment, encoding: 'utf8', input, stdio: 'pipe' } as const;
    return execFileSync('git', commandLine, options).trimEnd();
  }
}
