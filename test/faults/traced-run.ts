import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readChildren } from '../../src/adapters/process-table.ts';
import type { RealHost } from '../end-to-end/real-host.ts';
import { MAIN } from '../helpers/built-program.ts';
import { waitFor } from '../helpers/wait-for.ts';
import type { Trace } from './trace.ts';
import { parseTrace, TRACED } from './trace.ts';

const SIGUSR2 = '0xc';
/** Numbers of kill(2): x86_64, and arm64 with the other newer architectures. */
const KILL = ['62', '129'];

/** A call of the run that strace holds up before it is carried out. `when` as strace takes it, e.g. `1..3`. */
export interface HeldCall {
  readonly call: 'kill' | 'rename';
  readonly ms: number;
  readonly when?: string;
}

export interface TracedRun {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly trace: Trace;
}

/** A `reconcile --once --verbose` under strace, while this process goes on. */
export class RunUnderWay {
  readonly ended: Promise<TracedRun>;
  readonly #strace: ChildProcess;
  #stdout = '';
  #stderr = '';
  #isOver = false;

  constructor(host: RealHost, held: HeldCall | null) {
    const log = join(host.directory, 'trace');
    this.#strace = spawn('strace', [...straceOptions(log, held), process.execPath, ...callOf(host)], {
      env: {
        ...process.env,
        TMPDIR: join(host.directory, 'tmp'),
        UV_USE_IO_URING: '0',
        NODE_OPTIONS: '',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => this.#stop());
    this.#strace.stdout?.on('data', (chunk) => {
      this.#stdout += String(chunk);
    });
    this.#strace.stderr?.on('data', (chunk) => {
      this.#stderr += String(chunk);
    });
    this.ended = this.#waitForEnd(log);
  }

  /** Resolves in the same turn in which the program tells the event; rejects when it ends without. */
  said(event: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#stderr.includes(` ${event} `)) resolve();
      };
      this.#strace.stderr?.on('data', look);
      this.ended.then((run) => reject(new Error(`never said ${event}:\n${run.stderr}`)), reject);
      look();
    });
  }

  /** Waits until the run stands before kill(pid, SIGUSR2), held up there. */
  async atSignal(): Promise<void> {
    await waitFor('the run to stand before its signal', () => {
      if (this.#isOver) throw new Error(`ended without a signal:\n${this.#stderr}`);
      return readChildren(this.#strace.pid ?? 0).some(isSignalling);
    });
  }

  async #waitForEnd(log: string): Promise<TracedRun> {
    const [exit] = await once(this.#strace, 'close');
    this.#isOver = true;
    const trace = parseTrace(readFileSync(log, 'utf8'));
    return { exit, stdout: this.#stdout, stderr: this.#stderr, trace };
  }

  #stop(): void {
    if (this.#isOver) return;
    for (const pid of readChildren(this.#strace.pid ?? 0)) process.kill(pid, 'SIGKILL');
    this.#strace.kill('SIGKILL');
  }
}

/** The same, to its end. */
export async function runTraced(host: RealHost): Promise<TracedRun> {
  return await new RunUnderWay(host, null).ended;
}

function callOf(host: RealHost): readonly string[] {
  return [MAIN, '--once', '--config', host.config, '--verbose'];
}

function straceOptions(log: string, held: HeldCall | null): readonly string[] {
  const options = ['-f', '--seccomp-bpf', '-ttt', '-s', '300', '-o', log, '-e', `trace=${TRACED}`];
  if (held === null) return options;
  const when = held.when === undefined ? '' : `:when=${held.when}`;
  return [...options, '-e', `inject=${held.call}:delay_enter=${held.ms * 1000}${when}`];
}

/** proc_pid_syscall(5): number and arguments of the call in which a process stands. */
function isSignalling(pid: number): boolean {
  try {
    const [number = '', , signal] = readFileSync(`/proc/${pid}/syscall`, 'utf8').split(' ');
    return KILL.includes(number) && signal === SIGUSR2;
  } catch {
    return false; // it has ended
  }
}
