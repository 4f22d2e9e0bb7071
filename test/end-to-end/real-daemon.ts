import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { waitFor } from '../helpers/wait-for.ts';
import type { RealHost } from './real-host.ts';

/** A daemon of the host's program, and what it says. */
export interface RealDaemon {
  readonly pid: number;
  /** What it has said on stderr. */
  said(): string;
  /** The processes that it has for its runs. */
  runners(): readonly number[];
  signal(name: NodeJS.Signals): void;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
}

/** Starts it; its first run is over when this settles. It ends with the test. */
export async function startDaemon(host: RealHost, ...args: readonly string[]): Promise<RealDaemon> {
  return await startDaemonBy(host, { args });
}

/** How somebody else than a person starts a daemon. */
export interface Starting {
  readonly args?: readonly string[];
  /** What stands before the program on its command line. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The same, started by somebody else. */
export async function startDaemonBy(host: RealHost, starting: Starting): Promise<RealDaemon> {
  const env = { ...process.env, TMPDIR: join(host.directory, 'tmp'), ...starting.env };
  const { under = [], args = [] } = starting;
  const words = [...host.program, 'daemon', '--verbose', '--config', host.config, ...args];
  const [program = '', ...rest] = [...under, ...words];
  const child = spawn(program, rest, { env, stdio: ['ignore', 'inherit', 'pipe'] });
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    const [code] = await exited;
    return code;
  };
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) await stop();
  });
  await waitFor('the first run of the daemon', () => {
    if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}: ${text}`);
    return /^(debug run|info run|error failed) .*start/m.test(text);
  });
  const { pid = 0 } = child;
  return {
    pid,
    said: () => text,
    runners: () => runnersOf(pid),
    signal: (name) => void child.kill(name),
    stop,
  };
}

function runnersOf(daemon: number): readonly number[] {
  const children = readFileSync(`/proc/${daemon}/task/${daemon}/children`, 'utf8').split(' ').filter(Boolean);
  return children.filter((child) => commandOf(child).includes('runner')).map(Number);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it ended while we looked
  }
}
