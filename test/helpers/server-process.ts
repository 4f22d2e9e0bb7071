import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { waitFor } from './wait-for.ts';

export interface ServerSetup {
  readonly command: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets what it prints; shown when it does not start. */
  readonly log: string;
  isReady(): boolean | Promise<boolean>;
}

/** A program of the test that serves until it is stopped, at the latest when the test ends. */
export interface ServerProcess {
  readonly pid: number;
  /** Ends it with all that it started. Does nothing when it has ended. */
  stop(): Promise<void>;
}

/** Where a program is, by PATH; null: it is not installed. */
export function findCommand(name: string): string | null {
  const places = (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, name));
  return places.find((path) => existsSync(path)) ?? null;
}

/** Starts a program and waits until it serves. */
export async function startServerProcess(setup: ServerSetup): Promise<ServerProcess> {
  const output = openSync(setup.log, 'a');
  const child = spawn(setup.command, setup.args, {
    stdio: ['ignore', output, output],
    env: { PATH: process.env.PATH, LC_ALL: 'C', ...setup.env },
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const family = descendantsOf(child.pid);
    child.kill('SIGTERM');
    await exited;
    for (const pid of family) killIfThere(pid);
  };
  onTestFinished(stop);
  await waitFor(`${setup.command} to serve`, () => {
    if (child.exitCode !== null)
      throw new Error(`${setup.command} ended: ${readFileSync(setup.log, 'utf8')}`);
    return setup.isReady();
  });
  return { pid: child.pid ?? 0, stop };
}

/** Those that it started, and they in turn: a session of sshd is no member of its process group. */
export function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return []; // it ended while we looked
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}
