import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildExecutable } from '../../packaging/executable/build-executable.ts';
import { VERSION } from '../../src/core/version.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

/** An emulated processor that this machine is not: shown is that the program starts and works there, not how fast. */
function call(words: readonly [string, ...string[]]) {
  const [emulator, ...rest] = words;
  const { status, stdout, stderr } = spawnSync(emulator, rest, { encoding: 'utf8' });
  return { exit: status, stdout, stderr };
}

const told = { exit: 0, stdout: `${VERSION}\n`, stderr: '' };

describe('the executable for arm64', () => {
  let executable = '';
  const onArm = (...args: readonly string[]) =>
    call(['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu', executable, ...args]);

  beforeAll(async () => {
    executable = await buildExecutable('arm64');
  });

  test('tells its version and nothing else', () => {
    expect(onArm('--version')).toEqual(told);
  });

  test('makes a config repository of the template that it carries, and finds no mistake in it', () => {
    const directory = join(temporaryDirectory(), 'config');
    expect(onArm('init', directory)).toMatchObject({ exit: 0, stderr: '' });
    expect(onArm('check', directory)).toMatchObject({ exit: 0, stderr: '' });
  });
});

describe('the executable for x64', () => {
  /** V8 warns at each start where the code cache does not fit. (More than a start ends Node.js itself under this emulator.) */
  test('takes its code cache on a processor of 2008', async () => {
    const executable = await buildExecutable('x64');
    expect(call(['qemu-x86_64', '-cpu', 'Nehalem', executable, '--version'])).toEqual(told);
  });
});
