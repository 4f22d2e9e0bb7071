import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { RunReport } from '../core/daemon/report.ts';
import { parseReport, reportLost } from '../core/daemon/report.ts';
import { ERRORS } from '../core/errors.ts';
import type { Runner } from '../ports/daemon.ts';

export interface RunnerOptions {
  /** A program that carries out a run for each line on stdin, prints its report as a line, and ends with its stdin. */
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** After so long a run is ended from outside; its own deadline should come before. */
  readonly deadlineMs: number;
  /** How long a process is kept when it has nothing to do. */
  readonly idleMs: number;
}

/** A process that ended its last run lets go of what it holds within this time. */
const END_MS = 5_000;

/**
 * Runs in a process of their own: it is started for the first one (150 ms) and kept a while for the next (5 ms). So an idle
 * daemon is small, nothing leaks for long, and a run that hangs takes nothing with it.
 */
export function processRunner(options: RunnerOptions): Runner {
  return new ProcessRunner(options);
}

class ProcessRunner implements Runner {
  readonly #options: RunnerOptions;
  #process: RunnerProcess | null = null;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  warm(): void {
    this.#open();
    this.#rest();
  }

  async run(): Promise<RunReport> {
    clearTimeout(this.#idle);
    const report = await this.#open().run(this.#options.deadlineMs);
    this.#rest();
    return report;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#process?.end();
  }

  #open(): RunnerProcess {
    if (this.#process === null || this.#process.isOver) this.#process = new RunnerProcess(this.#options);
    return this.#process;
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#process?.end(), this.#options.idleMs);
    this.#idle.unref();
  }
}

class RunnerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #lines: AsyncIterator<string>;
  #isEnding = false;

  constructor({ command: [program, ...args], environment }: RunnerOptions) {
    this.#child = spawn(program, args, { env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#exited = once(this.#child, 'close').catch(() => undefined); // it could not be started
    this.#child.stdin?.on('error', () => undefined); // it ended, which its missing answer tells
    const input = this.#child.stdout as NodeJS.ReadableStream;
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
  }

  get isOver(): boolean {
    return this.#isEnding || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async run(deadlineMs: number): Promise<RunReport> {
    const timer = setTimeout(() => this.#kill(), deadlineMs);
    this.#child.stdin?.write('run\n');
    const { value } = await this.#lines.next();
    clearTimeout(timer);
    const report = parseReport(value ?? '');
    if (report !== null) return report;
    this.#kill();
    await this.#exited;
    return this.#tellLoss();
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#kill(), END_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #tellLoss(): RunReport {
    const { exitCode, signalCode } = this.#child;
    const how = signalCode === null ? `exit code ${exitCode}` : signalCode;
    const message = `the process of the run ended with ${how} before it told how the run went`;
    return reportLost({ code: 'RUN_LOST', message }, ERRORS.RUN_LOST.exit);
  }

  #kill(): void {
    this.#isEnding = true;
    this.#child.kill('SIGKILL');
  }
}
