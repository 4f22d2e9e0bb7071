import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

/** How a push ended. */
export interface Pushed {
  readonly isTaken: boolean;
  /** What came from the host, without `remote: ` and with a line end behind each line. */
  readonly remote: string;
  /** All that git said. */
  readonly said: string;
}

export interface PusherOptions {
  /** User and group who work with the clone; the tests must be root's. */
  readonly user?: number;
  /** Private key and file of host keys. */
  readonly ssh?: { readonly identityFile: string; readonly knownHostsFile: string };
  readonly environment?: Readonly<Record<string, string>>;
}

/** Somebody with a clone of the repository of a host. */
export class Pusher {
  readonly path: string;
  readonly #as: readonly string[];
  readonly #environment: Readonly<Record<string, string | undefined>>;

  private constructor({ user, ssh, environment = {} }: PusherOptions) {
    this.path = join(temporaryDirectory(), 'clone');
    const ids = [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
    this.#as = user === undefined ? [] : ['setpriv', ...ids, '--'];
    this.#environment = {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      LC_ALL: 'C',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      ...(ssh === undefined ? {} : { GIT_SSH_COMMAND: sshCommand(ssh) }),
      ...environment,
    };
  }

  static async clone(url: string, options: PusherOptions = {}): Promise<Pusher> {
    const pusher = new Pusher(options);
    const { exit, stderr } = await pusher.#run(['git', 'clone', '-q', url, pusher.path], '/');
    if (exit !== 0) throw new Error(`git clone ended with ${exit}: ${stderr}`);
    if (options.user !== undefined) giveTo(options.user, pusher.path);
    await pusher.git('config', 'user.name', 'pusher');
    await pusher.git('config', 'user.email', 'pusher@localhost');
    return pusher;
  }

  /** Gives what it prints, without white space at the end. */
  async git(...words: readonly string[]): Promise<string> {
    const { exit, stdout, stderr } = await this.#run([...this.#as, 'git', ...words], this.path);
    if (exit !== 0) throw new Error(`git ${words.join(' ')} ended with ${exit}: ${stderr}`);
    return stdout.trimEnd();
  }

  /** Commits these files over those before; null removes one. Gives the commit. */
  async commit(files: Readonly<Record<string, string | Uint8Array | null>>): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.path, path);
      mkdirSync(dirname(file), { recursive: true });
      if (content === null) rmSync(file);
      else writeFileSync(file, content);
    }
    await this.git('add', '--all');
    await this.git('commit', '-q', '--allow-empty', '-m', 'change');
    return await this.git('rev-parse', 'HEAD');
  }

  /** Goes back to what the host has. */
  async reset(): Promise<void> {
    await this.git('fetch', '-q', 'origin');
    await this.git('reset', '-q', '--hard', 'origin/main');
    await this.git('clean', '-q', '-d', '--force');
  }

  async push(...words: readonly string[]): Promise<Pushed> {
    const what = words.length === 0 ? ['origin', 'HEAD:main'] : words;
    const { exit, stdout, stderr } = await this.#run([...this.#as, 'git', 'push', ...what], this.path);
    const lines = [...stderr.matchAll(/^remote: ?(.*?) *$/gm)].map(([, line]) => `${line}\n`);
    return { isTaken: exit === 0, remote: lines.join(''), said: `${stdout}${stderr}` };
  }

  async #run([program = '', ...args]: readonly string[], cwd: string) {
    const child = spawn(program, args, { cwd, env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    const [exit] = await once(child, 'close');
    return { exit: exit as number | null, stdout: stdout(), stderr: stderr() };
  }
}

/** Gives all of a directory to a user, and lets him come there. */
export function giveTo(user: number, path: string): void {
  execFileSync('chown', ['-R', `${user}:${user}`, path]);
  chmodSync(dirname(path), 0o711);
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

function sshCommand({ identityFile, knownHostsFile }: NonNullable<PusherOptions['ssh']>): string {
  const options = ['BatchMode=yes', 'IdentitiesOnly=yes', `UserKnownHostsFile=${knownHostsFile}`];
  return `ssh -F none -i ${identityFile} ${options.map((each) => `-o ${each}`).join(' ')}`;
}
