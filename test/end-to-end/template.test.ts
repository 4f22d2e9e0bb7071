import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readDirectory } from '../../src/adapters/directory-snapshot.ts';
import { renderInto } from '../../src/core/render-into.ts';
import { parseRepository } from '../../src/core/repository/repository.ts';
import { PHP_FPM, startPhpFpm } from '../helpers/php-fpm.ts';

const TEMPLATE = new URL('../../config-repo-template/', import.meta.url).pathname;
const snapshot = readDirectory(TEMPLATE);
const repository = parseRepository(snapshot, { names: { refuse: [], allow: [] } });
const hosts = [...(repository.value?.hosts.keys() ?? [])];

/** The two files of a host, by name. */
function render(host: string): ReadonlyMap<string, Buffer> {
  const { value, complaints } = renderInto(snapshot, { host, pools: [] });
  expect(complaints).toEqual([]);
  return new Map((value ?? []).map(({ name, bytes }) => [name, Buffer.from(bytes)]));
}

const COMMON = {
  DB_PASSWORD: 'not-a-real-password',
  SHOP_MOTTO: "it's cheaper today",
  SITE_NAME: '卷皮特卖',
};
const LOGIN_NOTICE = 'Values come from git. Local edits of the env files are put back.';

/** What the files of two hosts must give, written by hand: null is a variable that the host does not have. */
const VALUES: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  'php-143-117': {
    ...COMMON,
    APP_ENV: 'functional',
    CDN_URL: '',
    DB_HOST: 'db-01.func.example.com',
    DB_PORT: '3306',
    DB_URL: 'mysql://db-01.func.example.com:3306/app',
    DEBUG: 'on',
    FEATURE_FLAGS: '{\n  "new_checkout": true,\n  "coupon_v2": true\n}',
    SMS_GATEWAY: 'http://127.0.0.1:8025/send',
    VERSION: '1.10',
    XDEBUG_MODE: 'debug',
    ZIP: '007',
  },
  'php-150-011': {
    ...COMMON,
    APP_ENV: 'production',
    CDN_URL: 'https://cdn.example.com',
    DB_HOST: 'db-01.prod.example.com',
    DB_PORT: '3307',
    DB_URL: 'mysql://db-01.prod.example.com:3307/app',
    DEBUG: 'off',
    FEATURE_FLAGS: '{\n  "new_checkout": true,\n  "coupon_v2": false\n}',
    SMS_GATEWAY: 'https://sms.example.com/send',
    VERSION: '1.10',
    XDEBUG_MODE: null,
    ZIP: null,
  },
};

test('nothing in the template is complained of', () => {
  expect(repository.complaints).toEqual([]);
  expect(hosts).toHaveLength(6);
});

test.each(hosts)('%s gets both files', (host) => {
  expect([...render(host).keys()]).toEqual(['juanpi_php_env.conf', 'shell_env.sh']);
});

test('the expected files are those of the two hosts whose values are known', () => {
  expect(readdirSync(join(TEMPLATE, 'expected'))).toEqual(Object.keys(VALUES));
});

describe.each(Object.entries(VALUES))('%s', (host, values) => {
  test('the files equal the expected ones byte for byte', () => {
    for (const [name, bytes] of render(host)) {
      expect(bytes).toEqual(readFileSync(join(TEMPLATE, 'expected', host, name)));
    }
  });

  test('php-fpm takes its file and gives every value back', async () => {
    const envFile = render(host).get('juanpi_php_env.conf')?.toString() ?? '';
    const php = await startPhpFpm({ envFile });
    await execa(PHP_FPM, ['-n', '-t', '-y', php.configPath]);
    const expected = { ...values, LOGIN_NOTICE: null };
    const answers = await php.ask(Object.keys(expected));
    expect(Object.fromEntries(answers)).toEqual(expected);
    expect(await php.ping()).toMatch(/^pong [0-9a-f]{16}$/);
  });

  test.each(['dash', 'bash'])('a login %s has every value', async (shell) => {
    const home = mkdtempSync(join(tmpdir(), 'test-template-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const file = join(TEMPLATE, 'expected', host, 'shell_env.sh');
    const { stdout } = await execa(shell, ['-eu', '-c', '. "$1" && env -0', shell, file], {
      cwd: home,
      env: { PATH: process.env.PATH },
      extendEnv: false,
    });
    const found = new Map(stdout.split('\0').map((line) => splitOnce(line)));
    const expected = { ...values, LOGIN_NOTICE, DB_PASSWORD: null };
    const answers = Object.keys(expected).map((name) => [name, found.get(name) ?? null]);
    expect(Object.fromEntries(answers)).toEqual(expected);
  });
});

function splitOnce(line: string): readonly [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}
