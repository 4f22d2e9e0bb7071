import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { TestedFpm } from '../../../src/adapters/php-fpm/test-config.ts';
import {
  testConfiguration,
  testMounted,
  testShadow,
  testWithBytes,
} from '../../../src/adapters/php-fpm/test-config.ts';
import type { TestPhpFpm } from '../../helpers/php-fpm.ts';
import { startPhpFpm } from '../../helpers/php-fpm.ts';
import { isRoot } from '../../helpers/temporary-directory.ts';
import { fileWith } from './service-under-test.ts';

function tested(fpm: TestPhpFpm): TestedFpm {
  return { binary: fpm.binary, config: fpm.configPath, prefix: '/usr', args: ['-n'], livePath: fpm.envPath };
}

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'test-shadow-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

if (!isRoot) console.warn('SKIPPED: a mount namespace of its own needs root');

const OK = { ok: true };

describe.runIf(isRoot)('both ways of testing agree', () => {
  test.each<[string, string | null, unknown]>([
    ['a good file', String(fileWith(1)), OK],
    ['an empty file', '', OK],
    ['no file', null, OK],
    ['a comment with #', '; fine\n# not\n', ':2: a line is no directive'],
    ['an unterminated quote', 'env["A"] = "1"\nenv["B"] = "hunter2\n', ':2: syntax error'],
    ['an empty value', 'env["A"] = ""\n', ':1: a value is empty or not quoted'],
    ['an unknown directive', 'hunter2 = 1\n', ':1: unknown directive'],
    ['an unknown pool', '[ghost]\nenv["A"] = "1"\n', 'a pool is not defined'],
    ['a page of HTML', '<html>\n<b>hunter2</b>\n', ':1: '],
    ['a user that does not exist', 'user = hunter2\n', 'a user or group of a pool does not exist'],
  ])('about %s', async (_, text, expected) => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(0)) });
    const bytes = text === null ? null : Buffer.from(text);
    const mounted = await testMounted(tested(fpm), bytes, directory());
    const shadow = await testShadow(tested(fpm), bytes, directory());
    expect(mounted).toEqual(shadow);
    if (expected === OK) expect(shadow).toEqual(OK);
    else expect(shadow).toMatchObject({ ok: false, message: expect.stringContaining(String(expected)) });
    expect(JSON.stringify(shadow)).not.toContain('hunter2');
    expect(readFileSync(fpm.envPath)).toEqual(fileWith(0));
    expect(await testConfiguration(tested(fpm))).toEqual(OK);
  });
});

test('the message names our file where it is, and the line', async () => {
  const fpm = await startPhpFpm();
  const bytes = Buffer.from('\n\nenvv["A"] = "1"\n');
  const message = `${fpm.envPath}:3: unknown directive`;
  expect(await testWithBytes(tested(fpm), bytes)).toEqual({ ok: false, message });
  expect(await testShadow(tested(fpm), bytes, directory())).toEqual({ ok: false, message });
});

test('a file that does not exist yet is tested in its place', async () => {
  const fpm = await startPhpFpm({ envFile: null });
  expect(await testWithBytes(tested(fpm), fileWith(1))).toEqual(OK);
  expect(await testWithBytes(tested(fpm), Buffer.from('# no\n'))).toMatchObject({ ok: false });
  expect(await testWithBytes(tested(fpm), null)).toEqual(OK);
  expect(existsSync(fpm.envPath)).toBe(false);
});

test.runIf(isRoot).each([
  ['a file of somebody else', (fpm: TestPhpFpm) => writeFileSync(`${fpm.dir}/fpm.d/z.conf`, 'nonsense\n')],
  ['a dangling link', (fpm: TestPhpFpm) => symlinkSync('nowhere', `${fpm.dir}/fpm.d/z.conf`)],
  ['the main file', (fpm: TestPhpFpm) => writeFileSync(fpm.configPath, '[www]\n', { flag: 'a' })],
])('%s that is broken shows without our file as well as with it', async (name, breakIt) => {
  const fpm = await startPhpFpm({ envFile: String(fileWith(0)) });
  breakIt(fpm);
  const expected = name === 'the main file' ? OK : { ok: false };
  expect(await testConfiguration(tested(fpm))).toMatchObject(expected);
  for (const bytes of [fileWith(1), null]) {
    expect(await testMounted(tested(fpm), bytes, directory())).toMatchObject(expected);
    expect(await testShadow(tested(fpm), bytes, directory())).toMatchObject(expected);
  }
});

test.runIf(isRoot)('a directory of includes that is missing is refused by both ways', async () => {
  const fpm = await startPhpFpm();
  writeFileSync(fpm.configPath, `[www]\ninclude=${fpm.dir}/missing.d/*.conf\n`, { flag: 'a' });
  const refused = { ok: false, message: `${fpm.configPath}: the directory of an include is not there` };
  expect(await testMounted(tested(fpm), null, directory())).toEqual(refused);
  expect(await testShadow(tested(fpm), null, directory())).toEqual(refused);
});

test.runIf(isRoot)('a header in our file goes on in the files behind it, in both ways', async () => {
  const fpm = await startPhpFpm({ layout: 'global', envFile: '' });
  writeFileSync(`${fpm.dir}/fpm.d/z.conf`, 'env["Z"] = "1"\n');
  for (const [text, ok] of [
    ['[www]\nenv["A"] = "1"\n', true],
    ['[global]\n', false],
  ] as const) {
    expect((await testMounted(tested(fpm), Buffer.from(text), directory()))?.ok, text).toBe(ok);
    expect((await testShadow(tested(fpm), Buffer.from(text), directory())).ok, text).toBe(ok);
  }
});

test('a configuration that logs to its own stderr, as the official images do, is tested', async () => {
  const fpm = await startPhpFpm({ globalLines: ['error_log = /proc/self/fd/2'] });
  expect(await testConfiguration(tested(fpm))).toEqual(OK);
  expect(await testWithBytes(tested(fpm), fileWith(1))).toEqual(OK);
});

test.runIf(isRoot)(
  'copies of the configuration are ours to read only, and the mounts of the host stay as they are',
  async () => {
    const fpm = await startPhpFpm();
    const shadow = directory();
    const mounts = readFileSync('/proc/self/mounts', 'utf8');
    await testMounted(tested(fpm), fileWith(1), directory());
    expect(readFileSync('/proc/self/mounts', 'utf8')).toBe(mounts);
    await testShadow(tested(fpm), fileWith(1), shadow);
    for (const name of ['main.conf', 'include-1/00000.conf']) {
      expect(statSync(join(shadow, name)).mode & 0o777, name).toBe(0o600);
    }
  },
);

test('a missing php-fpm is the fault of the host', async () => {
  const fpm = { ...tested(await startPhpFpm()), binary: '/nowhere/php-fpm' };
  await expect(testConfiguration(fpm)).rejects.toMatchObject({ code: 'ENVIRONMENT_BROKEN' });
  await expect(testWithBytes(fpm, fileWith(1))).rejects.toMatchObject({ code: 'ENVIRONMENT_BROKEN' });
});
