import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMarked, isOwnHook, renderHook } from '../../../src/core/receive/hook-script.ts';
import { writeProgram } from '../../helpers/signing.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const SHELLS: readonly (readonly [string, ...string[]])[] = [
  ['dash'],
  ['bash', '--posix'],
  ['busybox', 'sh'],
];

/** A hook that calls a program of the test, and what it was called with. */
function writeHook(configPath: string, settings: readonly string[]) {
  const file = join(temporaryDirectory(), 'said');
  const program = writeProgram(`printf '%s\\0' "$@" > ${file}`, `cat >> ${file}`);
  const path = join(temporaryDirectory(), 'pre-receive');
  writeFileSync(path, renderHook('pre-receive', { self: [program], configPath, settings }));
  chmodSync(path, 0o755);
  return { path, program, said: () => readFileSync(file, 'utf8').split('\0') };
}

describe.each(SHELLS)('in %s', (shell, ...options) => {
  test('a hook hands on what it is called with and what it reads, whatever it is', () => {
    const word = fc.string({
      unit: fc.constantFrom("'", '"', '\\', '$', '`', ' ', '\t', '*', 'ü', 'a', '!', ';'),
      minLength: 1,
    });
    fc.assert(
      fc.property(word, word, (configPath, value) => {
        const hook = writeHook(configPath, [`RECONCILE_HOST=${value}`]);
        execFileSync(shell, [...options, hook.path], { input: 'lines\n' });
        expect(hook.said()).toEqual([
          'pre-receive',
          '--config',
          configPath,
          '--setting',
          `RECONCILE_HOST=${value}`,
          'lines\n',
        ]);
      }),
      { numRuns: 20 },
    );
  });

  test('a hook whose program is gone refuses, and says what to do', () => {
    const hook = writeHook('/etc/reconcile/config.yaml', []);
    rmSync(hook.program);
    const { status, stderr } = spawnSync(shell, [...options, hook.path], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toBe(
      `reconcile: ${hook.program} cannot be read; \`reconcile receive install\` on the host writes this hook anew\n`,
    );
  });
});

test('a hook is ours until somebody changes it', () => {
  const { path } = writeHook('/etc/reconcile/config.yaml', []);
  const text = readFileSync(path, 'utf8');
  expect([isOwnHook(text), isMarked(text)]).toEqual([true, true]);
  for (const changed of [`${text}\n`, text.replace('exit 1', 'exit 0'), text.slice(0, -1)])
    expect([isOwnHook(changed), isMarked(changed)]).toEqual([false, true]);
  expect([isOwnHook('#!/bin/sh\n'), isMarked('#!/bin/sh\n')]).toEqual([false, false]);
});
