import type { ProgramGroup } from '../processes.ts';
import { adoptGroup } from '../processes.ts';

/** How a call of git ended; nothing of it is judged. `exitCode` is null unless git itself ended it. */
export interface GitResult {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** `capped`: it wrote more than `outputBytes` and was ended; `not started`: `stderr` says why. */
  readonly ended: 'exit' | 'signal' | 'deadline' | 'capped' | 'not started';
}

export interface GitCall {
  /** An existing directory. */
  readonly directory: string;
  /** Path of a file that holds LAUNCHER. */
  readonly launcher: string;
  /** All that git sees: nothing of our own environment is passed on. */
  readonly env: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
  /** Of both streams together. */
  readonly outputBytes: number;
  readonly input?: string;
}

/**
 * Runs git through simple-git to its end; at the deadline the whole group gets SIGKILL. Nothing that it started is
 * running afterwards. Never throws for what git does.
 */
export async function runGit(args: readonly string[], call: GitCall): Promise<GitResult> {
  const { simpleGit } = await import('simple-git');
  const watch = new Watch(call.outputBytes);
  const timer = setTimeout(() => watch.end('deadline'), call.deadlineMs);
  const env = { ...call.env, OWNER: String(process.pid) };
  const git = simpleGit({
    baseDir: call.directory,
    binary: ['/bin/sh', call.launcher],
    abort: watch.signal,
    completion: { onClose: true, onExit: false },
    allowEnvironment: Object.keys(env),
    unsafe: { allowUnsafeConfigPaths: true, allowUnsafeSshCommand: true, allowUnsafeCustomBinary: true },
    errors: (error, result) => watch.take(error, result),
    input: () => call.input,
  });
  git.env(env);
  git.outputHandler((_command, stdout, stderr) => watch.follow(stdout, stderr));
  try {
    await git.raw([...args]);
  } catch (error) {
    if (watch.result === null) throw error; // a refusal of simple-git itself: our mistake
  } finally {
    clearTimeout(timer);
    watch.close();
  }
  return watch.result ?? { exitCode: null, stdout: Buffer.alloc(0), stderr: '', ended: 'signal' };
}

/** What simple-git hands to `errors`. */
interface Outcome {
  readonly exitCode: number | null;
  readonly stdOut: readonly Buffer[];
  readonly stdErr: readonly Buffer[];
}

/** simple-git does not tell that they are streams which can be given up. */
type Stream = NodeJS.ReadableStream & { destroy?(): void };

/** Follows one run: who leads its group, how much it writes, how it ends. */
class Watch {
  result: GitResult | null = null;
  readonly #abort = new AbortController();
  readonly #outputBytes: number;
  #seenBytes = 0;
  #group: ProgramGroup | null = null;
  #cause: 'deadline' | 'capped' | null = null;
  #streams: readonly Stream[] = [];

  constructor(outputBytes: number) {
    this.#outputBytes = outputBytes;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  follow(stdout: Stream, stderr: Stream): void {
    this.#streams = [stdout, stderr];
    stderr.once('data', (line: Buffer) => this.#adopt(Number.parseInt(line.toString(), 10)));
    for (const stream of this.#streams) stream.on('data', (bytes: Buffer) => this.#count(bytes.length));
  }

  end(cause: 'deadline' | 'capped'): void {
    this.#cause ??= cause;
    this.#endGroup();
    this.#abort.abort(); // for the moment before the group is known
  }

  /** simple-git takes an exit code without a message, and death by a signal, for success: neither is left to it. */
  take(error: Buffer | Error | undefined, { exitCode, stdOut, stdErr }: Outcome): Error | undefined {
    const text = Buffer.concat(stdErr).toString();
    const hasLeader = /^\d+\n/.test(text);
    const ended = this.#cause ?? (hasLeader ? (exitCode === null ? 'signal' : 'exit') : 'not started');
    this.result = {
      exitCode: ended === 'exit' ? exitCode : null,
      stdout: Buffer.concat(stdOut),
      stderr: hasLeader ? text.slice(text.indexOf('\n') + 1) : text,
      ended,
    };
    return error instanceof Error ? error : undefined;
  }

  /** Git waits for its children when all goes well; where it was ended, they may be left. */
  close(): void {
    if (this.result?.exitCode !== 0) this.#group?.end();
    this.#group?.release();
  }

  #adopt(pid: number): void {
    if (!Number.isInteger(pid) || pid <= 1) return;
    this.#group = adoptGroup(pid);
    if (this.#cause !== null) this.#endGroup();
  }

  /** A connection of ssh that is kept is no member of the group, and holds what it was given to write to. */
  #endGroup(): void {
    if (this.#group === null) return;
    this.#group.end();
    for (const stream of this.#streams) stream.destroy?.();
  }

  #count(bytes: number): void {
    this.#seenBytes += bytes;
    if (this.#seenBytes > this.#outputBytes) this.end('capped');
  }
}

/** simple-git in a directory of the user's, with the user's own configuration. */
export async function openUserGit(directory: string) {
  const { simpleGit } = await import('simple-git');
  return { git: simpleGit({ baseDir: directory }) };
}
