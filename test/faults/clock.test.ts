import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Ended } from '../end-to-end/real-host.ts';
import { RealHost } from '../end-to-end/real-host.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { isLong, report } from './extent.ts';
import { complaintsOf, refuseToTakeOver, runProgram } from './placed-host.ts';

const MINUTE_MS = 60_000;
/** The longest wait before content that failed live is tried again. */
const LONGEST_MINUTES = 80;
const DAY = 24 * 60;
const PAST = -30 * DAY;
const FUTURE = 3650 * DAY;

/** libfaketime as its own program preloads it; empty where there is none. */
const library =
  spawnSync('faketime', ['-m', '-f', '+1d', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).stdout?.trim() ??
  '';
if (library === '') console.warn('SKIPPED: runs under another clock need libfaketime (package faketime)');

/** A host whose runs can see another clock than php-fpm and the files do. */
class ClockHost {
  readonly host: RealHost;
  value = 'value-0000';
  #count = 0;

  private constructor(host: RealHost) {
    this.host = host;
  }

  static async start(): Promise<ClockHost> {
    const host = new ClockHost(await RealHost.start());
    await host.set(host.value);
    refuseToTakeOver(host.host, 'bad');
    expect(host.once(0)).toMatchObject({ exit: 0, stderr: '' });
    return host;
  }

  async set(value: string): Promise<void> {
    this.value = value;
    await this.host.commit({ 'env/common.yaml': `A: ${value}\n` });
  }

  /** A value that differs from all before. */
  async setNext(): Promise<void> {
    this.#count += 1;
    await this.set(`value-${String(this.#count).padStart(4, '0')}`);
  }

  /** One call of the program that sees a clock so many minutes ahead of the real one. */
  call(minutes: number, ...args: readonly string[]): Ended {
    const fake = { LD_PRELOAD: library, FAKETIME: `${minutes < 0 ? '' : '+'}${minutes}m` };
    const env = { ...fake, FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' };
    return runProgram(this.host, [...args, '--config', this.host.config], { env: minutes === 0 ? {} : env });
  }

  once(minutes: number): Ended {
    return this.call(minutes, '--once');
  }

  async complaints(): Promise<readonly string[]> {
    const { host, value } = this;
    return await complaintsOf(host, { paths: [host.php.envPath, host.shellPath], state: host.state, value });
  }

  /** What is held, and in how many minutes of that clock it is tried again: null for never. */
  held(minutes: number): readonly { readonly tries: number; readonly inMinutes: number | null }[] {
    const { stdout } = this.call(minutes, 'status', '--json');
    const entries: readonly { tries: number; until: string | null }[] = JSON.parse(stdout).held;
    return entries.map(({ tries, until }) => {
      const wait = until === null ? null : (Date.parse(until) - Date.now()) / MINUTE_MS - minutes;
      return { tries, inMinutes: wait };
    });
  }
}

/** The environment of a process whose wall clock is so far ahead, and whose other clocks and file times are real. */
function clockAhead(minutes: number): Readonly<Record<string, string>> {
  if (minutes === 0) return {};
  const fake = { LD_PRELOAD: library, FAKETIME: `${minutes < 0 ? '' : '+'}${minutes}m` };
  return { ...fake, FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' };
}

describe.skipIf(library === '')('a clock that jumps', () => {
  test.each([PAST, FUTURE])('by %i minutes is seen by a run (control)', (minutes) => {
    const env = { ...process.env, ...clockAhead(minutes) };
    const { stdout } = spawnSync(process.execPath, ['-p', 'Date.now()'], { env, encoding: 'utf8' });
    expect(Math.abs(Number(stdout) - Date.now() - minutes * MINUTE_MS)).toBeLessThan(2 * MINUTE_MS);
  });

  test('changes nothing about a pass, with something to do or without', async () => {
    const host = await ClockHost.start();
    const startedAt = performance.now();
    const jumps = isLong ? [PAST, FUTURE, 0, FUTURE, PAST, 60, 0, -60] : [PAST, FUTURE];
    const failures: string[] = [];
    const reloads: number[] = [];
    for (const minutes of jumps) {
      const before = host.host.php.reloadsSeen();
      await host.setNext();
      const run = host.once(minutes);
      const next = host.once(minutes);
      const complaints = await host.complaints();
      if (run.exit !== 0) failures.push(`${minutes} min: ended with ${run.exit}: ${run.stderr}`);
      if (JSON.stringify(next) !== '{"exit":0,"stdout":"","stderr":""}')
        failures.push(`${minutes} min: ${next.stderr}`);
      failures.push(...complaints.map((complaint) => `${minutes} min: ${complaint}`));
      reloads.push(host.host.php.reloadsSeen() - before);
    }
    report('clock jumps', { points: jumps.length, failures, reloads, startedAt });
    expect(failures).toEqual([]);
    expect(reloads).toEqual(jumps.map(() => 1));
  });

  test('does not open the lock that another run holds', async () => {
    const host = await ClockHost.start();
    const lock = join(host.host.directory, 'var', 'run', 'lock');
    const marker = join(host.host.directory, 'held');
    const holder = spawn('flock', [lock, 'sh', '-c', `touch ${marker}; exec sleep 60`], { detached: true });
    onTestFinished(() => {
      if (holder.pid !== undefined && holder.exitCode === null) process.kill(-holder.pid, 'SIGKILL');
    });
    await waitFor('the lock to be held', () => existsSync(marker));
    await host.setNext();
    const before = host.host.phpFile();
    for (const minutes of [PAST, FUTURE]) expect(host.once(minutes)).toMatchObject({ exit: 0, stdout: '' });
    expect(host.host.phpFile()).toBe(before);
  });

  test('shows no age below zero', async () => {
    const host = await ClockHost.start();
    for (const minutes of [PAST, FUTURE, PAST]) {
      const { exit, stdout } = host.call(minutes, 'status', '--json');
      expect([exit, /:\s*-\d/.exec(stdout)]).toEqual([0, null]);
      expect(host.call(minutes, 'status')).toMatchObject({ exit: 0, stderr: '' });
    }
  });
});

describe.skipIf(library === '')('content that failed live', () => {
  test('is held for 10 minutes, then tried again and held for 20; other content is taken at once', async () => {
    const host = await failed();
    expect(host.once(0)).toMatchObject({ exit: 16 });
    expect(host.once(8)).toMatchObject({ exit: 16 });
    expect(host.once(11)).toMatchObject({ exit: 17 });
    expect(host.held(11)).toEqual([{ tries: 2, inMinutes: expect.closeTo(20, -1) }]);
    expect(host.once(29)).toMatchObject({ exit: 16 });
    await host.setNext();
    expect(host.once(PAST)).toMatchObject({ exit: 0 });
    expect(await host.complaints()).toEqual([]);
  });

  test('is never tried again after its fifth failure', async () => {
    const host = await failed();
    let minutes = 0;
    for (const wait of [10, 20, 40, LONGEST_MINUTES]) {
      expect(host.once(minutes + wait - 2), `${minutes}`).toMatchObject({ exit: 16 });
      minutes += wait + 1;
      expect(host.once(minutes), `${minutes}`).toMatchObject({ exit: 17 });
    }
    expect(host.held(minutes)).toEqual([{ tries: 5, inMinutes: null }]);
    for (const later of [LONGEST_MINUTES + 1, DAY, FUTURE, PAST])
      expect(host.once(minutes + later), `${later} later`).toMatchObject({ exit: 16 });
    await host.setNext();
    expect(host.once(minutes)).toMatchObject({ exit: 0 });
    expect(await host.complaints()).toEqual([]);
  });

  test('is waited for no longer than the longest back-off after the clock went back 30 days', async () => {
    const host = await failed();
    expect([16, 17]).toContain(host.once(PAST).exit);
    for (const { inMinutes } of host.held(PAST)) expect(inMinutes).toBeLessThanOrEqual(LONGEST_MINUTES + 1);
    expect(host.once(PAST + LONGEST_MINUTES + 1)).toMatchObject({ exit: 17 });
  });

  test('is tried at once 10 years later, and soon again when the clock is right again', async () => {
    const host = await failed();
    expect(host.once(FUTURE)).toMatchObject({ exit: 17 });
    expect(host.once(FUTURE)).toMatchObject({ exit: 16 });
    expect([16, 17]).toContain(host.once(0).exit);
    expect(host.once(LONGEST_MINUTES + 1)).toMatchObject({ exit: 17 });
    await host.setNext();
    expect(host.once(0)).toMatchObject({ exit: 0 });
    expect(await host.complaints()).toEqual([]);
  });
});

/** A host on which a commit was undone a moment ago. */
async function failed(): Promise<ClockHost> {
  const host = await ClockHost.start();
  await host.set('bad');
  expect(host.once(0)).toMatchObject({ exit: 17 });
  return host;
}
