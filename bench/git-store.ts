import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** A bare repository that is served, and can be given new commits quickly. */
export class GitStore {
  readonly path: string;
  #commits = 0;

  /** `files` files in 50 folders, and a history of `commits` commits. */
  constructor(directory: string, { name, files, commits }: { name: string; files: number; commits: number }) {
    this.path = join(directory, `${name}.git`);
    execFileSync('git', ['init', '-q', '--bare', '--initial-branch=main', this.path]);
    this.#import([
      ...Array.from({ length: files }, (_, i) => [`env/${i % 50}/${i}.yaml`, `A: ${i}\n`] as const),
      ['reconcile.yaml', 'format: 1\n'],
    ]);
    for (let at = 0; at < commits; at += 1000) this.#importMany(Math.min(1000, commits - at));
    this.git('repack', '-q', '-a', '-d');
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', ['-C', this.path, ...args], { encoding: 'utf8' }).trim();
  }

  /** One commit that changes one file. Gives its name. */
  commit(): string {
    this.#import([['env/0/0.yaml', `A: changed ${this.#commits}\n`]]);
    return this.git('rev-parse', 'main');
  }

  addBranches(count: number): void {
    const tip = this.git('rev-parse', 'main');
    const input = Array.from({ length: count }, (_, i) => `create refs/heads/b${i} ${tip}\n`).join('');
    execFileSync('git', ['-C', this.path, 'update-ref', '--stdin'], { input });
    this.git('pack-refs', '--all');
  }

  #importMany(count: number): void {
    const commits = Array.from({ length: count }, (_, i) =>
      this.#describe([['env/1/1.yaml', `A: ${this.#commits}\n`]], i === 0),
    );
    this.#run(commits.join(''));
  }

  #import(files: readonly (readonly [string, string])[]): void {
    this.#run(this.#describe(files, true));
  }

  #run(input: string): void {
    execFileSync('git', ['-C', this.path, 'fast-import', '--quiet'], { input });
  }

  /** The first commit of each import has to say on what it stands, but the very first one. */
  #describe(files: readonly (readonly [string, string])[], isFirst: boolean): string {
    const lines = [
      'commit refs/heads/main',
      `committer bench <bench@localhost> ${this.#commits} +0000`,
      'data 0',
      ...(isFirst && this.#commits > 0 ? ['from refs/heads/main^0'] : []),
      ...files.map(([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}`),
    ];
    this.#commits++;
    return `${lines.join('\n')}\n`;
  }
}
