import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildExecutable } from '../../packaging/executable/build-executable.ts';
import { VERSION } from '../../src/core/version.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

let executable = '';

beforeAll(async () => {
  executable = await buildExecutable('arm64');
});

/** On an emulated processor: what is shown is that the program starts and works there, and not how fast. */
function call(...args: readonly string[]) {
  const words = ['-L', '/usr/aarch64-linux-gnu', executable, ...args];
  const { status, stdout, stderr } = spawnSync('qemu-aarch64', words, { encoding: 'utf8' });
  return { exit: status, stdout, stderr };
}

describe('the executable for arm64', () => {
  test('tells its version', () => {
    expect(call('--version')).toEqual({ exit: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  test('makes a config repository of the template that it carries, and finds no mistake in it', () => {
    const directory = join(temporaryDirectory(), 'config');
    expect(call('init', directory)).toMatchObject({ exit: 0, stderr: '' });
    expect(call('check', directory)).toMatchObject({ exit: 0, stderr: '' });
  });
});
