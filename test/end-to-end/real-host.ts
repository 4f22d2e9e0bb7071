import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SimpleGit } from 'simple-git';
import { simpleGit } from 'simple-git';
import { onTestFinished } from 'vitest';
import { MAIN } from '../helpers/built-program.ts';
import type { PhpFpmOptions, TestPhpFpm } from '../helpers/php-fpm.ts';
import { startPhpFpm } from '../helpers/php-fpm.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** How one call of the program ended. */
export interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A repository in a few lines; the templates are those of config-repo-template. */
const SMALL: Readonly<Record<string, string>> = {
  'reconcile.yaml': 'format: 1\nid: 6e1f3c1e-0d7f-4c5e-9f0a-3d1c2b4a5968\nlayers:\n  - env/common.yaml\n',
  'hosts.yaml': 'web-1:\n  environment: test\n',
  'env/common.yaml': 'A: one\n',
};

/** A host as a user has it: a bare repository, a private php-fpm, a configuration, and the built program. */
export class RealHost {
  readonly directory: string;
  readonly config: string;
  readonly shellPath: string;
  readonly state: string;
  readonly bare: string;
  readonly php: TestPhpFpm;
  /** What is called: the program in dist/, unless a test says otherwise. */
  program: readonly [string, ...string[]] = [process.execPath, MAIN];
  readonly #work: string;
  readonly #git: SimpleGit;

  private constructor(directory: string, php: TestPhpFpm) {
    this.directory = directory;
    this.php = php;
    this.config = join(directory, 'config.yaml');
    this.shellPath = join(directory, 'profile.d', 'shell_env.sh');
    this.state = join(directory, 'var', 'reconcile');
    this.bare = join(directory, 'config.git');
    this.#work = join(directory, 'config');
    for (const each of ['profile.d', 'var', 'config', 'tmp']) mkdirSync(join(directory, each));
    this.#git = simpleGit({ baseDir: this.#work });
  }

  /** Starts php-fpm, makes the repository with its first commit and writes the configuration. */
  static async start(options: PhpFpmOptions = {}, settings = ''): Promise<RealHost> {
    const directory = mkdtempSync(join(tmpdir(), 'test-host-'));
    chmodSync(directory, 0o711);
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const host = new RealHost(directory, await startPhpFpm({ envFile: null, ...options }));
    await host.#startRepository();
    host.configure(settings);
    return host;
  }

  /** Writes the host configuration; further settings are appended as they are. `repository`: what stands below it. */
  configure(settings = '', repository: Readonly<Record<string, string>> = { url: this.bare }): void {
    const lines = [
      'repository:',
      ...Object.entries(repository).map(([name, value]) => `  ${name}: ${value}`),
      'host:\n  name: web-1',
      `files:\n  php-fpm:\n    path: ${this.php.envPath}\n  shell:\n    path: ${this.shellPath}`,
      `php_fpm:\n  binary: ${this.php.binary}\n  config: ${this.php.configPath}`,
      `state: ${this.state}`,
      `lock: ${this.directory}/var/run/lock`,
    ];
    writeFileSync(this.config, `${lines.join('\n')}\n${settings}`);
  }

  /** Commits these files over those before and pushes; null removes a file. */
  async commit(files: Readonly<Record<string, string | Uint8Array | null>>): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.#work, path);
      mkdirSync(dirname(file), { recursive: true });
      if (content === null) rmSync(file);
      else writeFileSync(file, content);
    }
    await this.#git.add(['--all']);
    await this.#git.raw(['commit', '--allow-empty', '--message', 'change']);
    await this.#git.raw(['push', '--force', 'origin', 'main']);
    return await this.#git.revparse('HEAD');
  }

  /** From now on every commit is signed with this SSH key. */
  async signWith(key: string): Promise<void> {
    await this.#git.addConfig('gpg.format', 'ssh');
    await this.#git.addConfig('user.signingKey', key);
    await this.#git.addConfig('commit.gpgSign', 'true');
  }

  /** `git revert` of the newest commit, pushed. */
  async revert(): Promise<void> {
    await this.#git.raw(['revert', '--no-edit', 'HEAD']);
    await this.#git.raw(['push', 'origin', 'main']);
  }

  /** Makes commits with these contents of one file in the bare repository, which `moveTip` can then go through. */
  async commitAhead(path: string, contents: readonly string[]): Promise<readonly string[]> {
    const commits = contents.map((content, i) =>
      [
        'commit refs/heads/ahead',
        `committer test <test@localhost> ${i} +0000`,
        'data 0',
        ...(i === 0 ? ['from refs/heads/main^0'] : []),
        `M 100644 inline ${path}`,
        `data ${Buffer.byteLength(content)}\n${content}`,
      ].join('\n'),
    );
    execFileSync('git', ['-C', this.bare, 'fast-import', '--quiet'], { input: `${commits.join('\n')}\n` });
    const listed = execFileSync('git', ['-C', this.bare, 'rev-list', '--reverse', 'main..ahead'], {
      encoding: 'utf8',
    });
    return listed.trim().split('\n');
  }

  /** The tip of the branch, without a push. */
  moveTip(commit: string): void {
    execFileSync('git', ['-C', this.bare, 'update-ref', 'refs/heads/main', commit]);
  }

  /** Forces the branch back to a commit, as `git reset --hard` and `git push --force` do. */
  async rewind(commit: string): Promise<void> {
    await this.#git.reset(['--hard', commit]);
    await this.#git.raw(['push', '--force', 'origin', 'main']);
  }

  once(...args: readonly string[]): Ended {
    return this.call('--once', '--config', this.config, ...args);
  }

  call(...args: readonly string[]): Ended {
    const env = { ...process.env, TMPDIR: join(this.directory, 'tmp') };
    const [program, ...first] = this.program;
    const { status, stdout, stderr } = spawnSync(program, [...first, ...args], {
      env,
      encoding: 'utf8',
    });
    return { exit: status, stdout, stderr };
  }

  /** As `once`, while this process goes on: for requests that are under way meanwhile. */
  async onceBeside(): Promise<number | null> {
    return (await this.onceWithOutput()).exit;
  }

  /** The same, with what it says. */
  async onceWithOutput(...args: readonly string[]): Promise<Ended> {
    const env = { ...process.env, TMPDIR: join(this.directory, 'tmp') };
    const [program, ...first] = this.program;
    const words = [...first, '--once', '--config', this.config, ...args];
    const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr, [exit]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    return { exit, stdout, stderr };
  }

  phpFile(): string {
    return readFileSync(this.php.envPath, 'utf8');
  }

  shellFile(): string {
    return readFileSync(this.shellPath, 'utf8');
  }

  /** getenv() of one name in a worker. */
  async ask(name: string): Promise<string | null> {
    return (await this.php.ask([name])).get(name) ?? null;
  }

  /** What changes when a file is written or replaced. */
  identity(path: string): string {
    const { ino, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${ino} ${mtimeNs} ${ctimeNs}`;
  }

  async #startRepository(): Promise<void> {
    await this.#git.init(['--initial-branch=main']);
    await this.#git.addConfig('user.name', 'test');
    await this.#git.addConfig('user.email', 'test@localhost');
    await simpleGit({ baseDir: this.directory }).raw(['init', '--bare', '--initial-branch=main', this.bare]);
    await this.#git.addRemote('origin', this.bare);
    cpSync(join(ROOT, 'config-repo-template', 'templates'), join(this.#work, 'templates'), {
      recursive: true,
    });
    await this.commit(SMALL);
  }
}
