import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { expandGlob } from '../../../src/adapters/php-fpm/glob.ts';
import { parseIniLine, parseIniTime } from '../../../src/adapters/php-fpm/ini-line.ts';
import { readConfiguration } from '../../../src/adapters/php-fpm/pools.ts';
import { discoverPrefix } from '../../../src/adapters/php-fpm/prefix.ts';
import { runProgram } from '../../../src/adapters/processes.ts';
import { PHP_FPM } from '../../helpers/php-fpm.ts';

let dir: string;
beforeEach(() => {
  const made = mkdtempSync(join(tmpdir(), 'test-tree-'));
  dir = made;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
});

/** Writes files below the test's directory, `DIR` in their text standing for it; reads the configuration. */
function configure(files: Readonly<Record<string, string>>, prefix: string | null = null) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text.replaceAll('DIR', dir));
  }
  return readConfiguration({ config: join(dir, 'main.conf'), prefix, livePath: join(dir, 'fpm.d/env.conf') });
}

/** Names of the pools that read our file. */
function readers(files: Readonly<Record<string, string>>, prefix: string | null = null): readonly string[] {
  return configure(files, prefix).pools.flatMap(({ name, readsOurFile }) => (readsOurFile ? [name] : []));
}

const ENV = 'env["A"] = "1"\n';

describe('our file is read', () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'by the pool that includes it',
      { 'main.conf': '[one]\n[two]\ninclude=DIR/fpm.d/*.conf\n[three]\n', 'fpm.d/env.conf': ENV },
      ['two'],
    ],
    [
      'by each pool that includes it',
      {
        'main.conf': '[one]\ninclude=DIR/fpm.d/*.conf\n[two]\ninclude = "DIR/fpm.d/env.conf"\n',
        'fpm.d/env.conf': ENV,
      },
      ['one', 'two'],
    ],
    [
      'by the pools of its headers, whatever their case',
      {
        'main.conf': '[WWW]\n[other]\n[last]\ninclude=DIR/fpm.d/*.conf\n',
        'fpm.d/env.conf': `[www]\n${ENV}[api]\n${ENV}`,
      },
      ['WWW', 'api'],
    ],
    [
      'by the last pool opened in an earlier file',
      { 'main.conf': 'include=DIR/fpm.d/*.conf\n', 'fpm.d/a.conf': '[one]\n[two]\n', 'fpm.d/env.conf': ENV },
      ['two'],
    ],
    [
      'by nobody where it is included before any pool',
      { 'main.conf': '[global]\ninclude=DIR/fpm.d/*.conf\n[www]\n', 'fpm.d/env.conf': ENV },
      [],
    ],
    [
      'by nobody who does not include it',
      { 'main.conf': '[www]\ninclude=DIR/other/*.conf\n', 'fpm.d/env.conf': ENV },
      [],
    ],
    [
      'even while it is not there yet',
      { 'main.conf': '[www]\ninclude=DIR/fpm.d/*.conf\n', 'fpm.d/other.conf': ENV },
      ['www'],
    ],
  ])('%s', (_, files, expected) => {
    expect(readers(files)).toEqual(expected);
  });

  test('below a relative include, from the prefix', () => {
    const files = { 'main.conf': '[www]\ninclude=fpm.d/*.conf\n', 'fpm.d/env.conf': ENV };
    expect(readers(files, dir)).toEqual(['www']);
    expect(readers(files)).toEqual([]);
  });

  test('through a linked directory', () => {
    mkdirSync(join(dir, 'fpm.d'));
    symlinkSync('fpm.d', join(dir, 'linked.d'));
    expect(readers({ 'main.conf': '[www]\ninclude=DIR/linked.d/*.conf\n', 'fpm.d/env.conf': ENV })).toEqual([
      'www',
    ]);
  });
});

test('scalars: the last one wins, pools are seen in their order, times have units', () => {
  const { pools, processControlTimeoutMs, pidFile } = configure({
    'main.conf': `[global]
pid = /run/$pool.pid ; not a pool
process_control_timeout = 5s
[www]
listen = 127.0.0.1:9000
Listen = '/run/php/$pool.sock'
ping.path = "/ping"
pm = ondemand
user = www-data
[api]
listen = 9001
[Global]
process_control_timeout = 2m
[api]
listen = run/api.sock
`,
  });
  expect(pidFile).toBe('/run/$pool.pid');
  expect(processControlTimeoutMs).toBe(120_000);
  expect(pools).toEqual([
    expect.objectContaining({
      name: 'www',
      listen: '/run/php/www.sock',
      pingPath: '/ping',
      pm: 'ondemand',
      user: 'www-data',
    }),
    expect.objectContaining({ name: 'api', listen: null, pingPath: null, pm: null, user: null }),
  ]);
});

test('relative sockets start from the prefix of the pool, or of php-fpm', () => {
  const text = '[one]\nlisten = run/$pool.sock\n[two]\nprefix = /srv/$pool\nlisten = fpm.sock\n';
  const { pools } = configure({ 'main.conf': text }, '/opt/php');
  expect(pools.map(({ listen }) => listen)).toEqual(['/opt/php/run/one.sock', '/srv/two/fpm.sock']);
});

test('what is said stands in a file and a line: the last one of a setting, the first header of a pool', () => {
  const { pools, processControlTimeoutAt, includes } = configure({
    'main.conf': 'process_control_timeout = 1\ninclude=DIR/pool.d/*.conf\ninclude=DIR/none.d/*.conf\n',
    'pool.d/a.conf': '; first\n[www]\nclear_env = no\n[api]\nclear_env = no\n',
    'pool.d/b.conf': '[www]\nclear_env = Off\n[api]\nclear_env = "Yes"\ninclude=DIR/fpm.d/*.conf\n',
    'fpm.d/c.conf': '[global]\nprocess_control_timeout = 2\n',
  });
  const at = ['pool.d/a.conf:2', 'pool.d/a.conf:4'].map((place) => join(dir, place));
  expect(pools).toMatchObject([
    { name: 'www', at: at[0], keepsEnvironmentAt: join(dir, 'pool.d/b.conf:2') },
    { name: 'api', at: at[1], keepsEnvironmentAt: null },
  ]);
  expect(processControlTimeoutAt).toBe(join(dir, 'fpm.d/c.conf:2'));
  expect(includes).toEqual([
    { pattern: join(dir, 'pool.d/*.conf'), pool: null },
    { pattern: join(dir, 'fpm.d/*.conf'), pool: 'api' },
  ]);
});

test('strange content is passed over', () => {
  const { pools } = configure({
    'main.conf': '\uFEFF[www]\r\nlisten = 9000\r\n= x\n[\n]]\n\0\u{1F600}\nkey\n',
  });
  expect(pools).toEqual([expect.objectContaining({ name: 'www', listen: '9000' })]);
});

test('files that include each other end at the depth that php-fpm refuses', () => {
  expect(readers({ 'main.conf': '[www]\ninclude=DIR/main.conf\n' })).toEqual([]);
});

test('a main file that cannot be read is the fault of the host', () => {
  expect(() => readConfiguration({ config: '/nowhere.conf', prefix: null, livePath: '/x' })).toThrow(
    expect.objectContaining({ code: 'ENVIRONMENT_BROKEN' }),
  );
});

test('the prefix is what this php-fpm was built with', async () => {
  expect(await discoverPrefix(PHP_FPM)).toBe('/usr');
});

test.each([
  ['[ www ]', { kind: 'section', name: 'www' }],
  ['  listen=a;b', { kind: 'entry', key: 'listen', index: null, value: 'a' }],
  ['x = "a;\\"b" ; c', { kind: 'entry', key: 'x', index: null, value: 'a;"b' }],
  ["x = 'a\\b'", { kind: 'entry', key: 'x', index: null, value: 'a\\b' }],
  ['env["A"] = "1"', { kind: 'entry', key: 'env', index: 'A', value: '1' }],
  [
    'php_admin_value[error_log] = /x',
    { kind: 'entry', key: 'php_admin_value', index: 'error_log', value: '/x' },
  ],
  ['; a = b', { kind: 'nothing' }],
  ['novalue', { kind: 'nothing' }],
])('%s is read as php-fpm reads it', (line, expected) => {
  expect(parseIniLine(line)).toEqual(expected);
});

test.each([
  ['10', 10_000],
  ['10s', 10_000],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['', null],
  ['1w', null],
])('the time %s is %s ms', (text, expected) => {
  expect(parseIniTime(text)).toBe(expected);
});

test('globs find what the shell of the C locale finds', async () => {
  const names = [
    'a.conf',
    'B.conf',
    'b.conf',
    '.c.conf',
    'x.conf~',
    'x.conf.tmp',
    'tmp-1.conf',
    '[d].conf',
    'é.conf',
    'e-f.conf',
  ];
  for (const name of names) writeFileSync(join(dir, name), '');
  mkdirSync(join(dir, 'directory.conf'));
  symlinkSync('nowhere', join(dir, 'dangling.conf'));
  for (const pattern of [
    '*.conf',
    '[ab].conf',
    '[!a-z]*.conf',
    '?.conf',
    '.*.conf',
    '\\[d].conf',
    '[a-e]-f.conf',
    '*',
  ]) {
    const list = `cd / && for f in ${dir}/${pattern}; do [ -d "$f" ] || echo "$f"; done`;
    const { stdout } = await runProgram('sh', ['-c', list], { deadlineMs: 5000 });
    const expected = stdout.trim().split('\n');
    expect(expandGlob(join(dir, pattern), null), pattern).toEqual({ kind: 'found', paths: expected });
  }
});

test('a pattern in a directory that is not there is an error, a plain name is not', () => {
  expect(expandGlob('/nowhere/*.conf', null)).toEqual({ kind: 'unreadable' });
  expect(expandGlob('/nowhere/a.conf', null)).toEqual({ kind: 'found', paths: [] });
});
