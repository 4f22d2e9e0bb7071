import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { flockLock } from '../../src/adapters/lock.ts';
import { buildProgram } from '../helpers/system-calls.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const unusable = expect.objectContaining({ code: 'STATE_UNUSABLE' });

function makePath(): string {
  return join(temporaryDirectory(), 'run', 'lock');
}

describe('another process', () => {
  test('is refused while we hold the lock, and gets it afterwards', async () => {
    const path = makePath();
    const release = flockLock(path).acquire();
    expect((await startHolder(path)).said).toBe('busy');
    release?.();
    expect((await startHolder(path)).said).toBe('held');
    expect(flockLock(path).acquire()).toBeNull();
  });

  test('that is killed frees the lock at once', async () => {
    const path = makePath();
    const { child } = await startHolder(path);
    expect(flockLock(path).acquire()).toBeNull();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const release = flockLock(path).acquire();
    expect(release).not.toBeNull();
    release?.();
  });

  test('that is suspended keeps the lock', async () => {
    const path = makePath();
    const { child } = await startHolder(path);
    child.kill('SIGSTOP');
    expect(flockLock(path).acquire()).toBeNull();
  });

  test('that we start does not inherit the lock', () => {
    const path = makePath();
    const release = flockLock(path).acquire();
    const listing = spawnSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' });
    expect(listing.stdout).not.toContain(path);
    release?.();
  });
});

describe('the lock file', () => {
  test('is ours alone, holds our pid, and stays', () => {
    const path = makePath();
    flockLock(path).acquire()?.();
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });

  test('that others could open is closed to them', () => {
    const path = makePath();
    mkdirSync(join(path, '..'), { mode: 0o700 });
    writeFileSync(path, 'a longer text than a pid', { mode: 0o644 });
    flockLock(path).acquire()?.();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
  });

  test('that somebody deletes is made anew for the next one', () => {
    const path = makePath();
    const release = flockLock(path).acquire();
    rmSync(path);
    flockLock(path).acquire()?.();
    expect(statSync(path).isFile()).toBe(true);
    release?.();
  });

  test.each<[string, (path: string) => void]>([
    ['a link', (path) => symlinkSync('/etc/passwd', path)],
    ['a directory', (path) => mkdirSync(path)],
    ['a fifo', (path) => void spawnSync('mkfifo', [path])],
    ['in a directory that others can write to', (path) => chmodSync(join(path, '..'), 0o777)],
  ])('that is %s is refused', (_what, spoil) => {
    const path = makePath();
    mkdirSync(join(path, '..'), { mode: 0o700 });
    spoil(path);
    expect(() => flockLock(path).acquire()).toThrow(unusable);
  });
});

test('a host without the program flock is told so', () => {
  vi.stubEnv('PATH', '/nowhere');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(() => flockLock(makePath()).acquire()).toThrow(
    /program flock \(package util-linux\) is not on PATH/,
  );
});

/** A process that holds the lock, or says that it is busy; it ends with the test. */
async function startHolder(path: string) {
  const child = spawn(process.execPath, [buildProgram('hold-lock'), path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = await once(child.stdout, 'data');
  return { child, said: String(said).trim() };
}
