import { describe, expect, test } from 'vitest';
import type { HostFacts } from '../../src/config/config.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { readWritten } from '../../src/config/written.ts';
import { readCodeWords, readFencedBlocks, readTable } from './markdown.ts';
import { readPage } from './pages.ts';

const page = readPage('docs/host-configuration.md').text;
const examples = readFencedBlocks(page).filter(({ language }) => language === 'yaml');

/** The old system's host, with root at work. */
const OLD_HOST: HostFacts = {
  hostname: 'php-143-117',
  uid: 0,
  gid: 0,
  isDirectory: (path) => ['/usr/local/webserver/php/etc/fpm.d', '/etc/profile.d'].includes(path),
  uidOf: (name) => (name === 'root' ? 0 : null),
  gidOf: (name) => (name === 'root' ? 0 : null),
  phpFpms: () => [
    { binary: '/usr/local/webserver/php/sbin/php-fpm', config: '/usr/local/webserver/php/etc/php-fpm.conf' },
  ],
};

function read(name: string, text = examples.find(({ info }) => info === name)?.text ?? '') {
  const { value, complaints } = readWritten(name, Buffer.from(text), {});
  const resolved = value === null ? null : resolveConfig(value, OLD_HOST);
  return { config: resolved?.value ?? null, complaints: [...complaints, ...(resolved?.complaints ?? [])] };
}

test('there are examples', () => {
  expect(examples.map(({ info }) => info)).toEqual([
    'old-layout.yaml',
    'old-layout-short.yaml',
    'debian-layout.yaml',
    'own-reload-command.yaml',
    'sidecar.yaml',
  ]);
});

test.each(examples)('the example $info is complete and has no mistake', ({ info }) => {
  expect(read(info)).toMatchObject({
    complaints: [],
    config: { repository: { remotes: [{ path: '/srv/config.git' }] } },
  });
});

test('the short form of the old layout says the same as the long one', () => {
  expect(read('old-layout-short.yaml').config).toEqual(read('old-layout.yaml').config);
});

test("the example of Debian's layout has a header and the places of Debian", () => {
  expect(read('debian-layout.yaml').config).toMatchObject({
    profile: { pools: ['www'], announceRevision: true, name: 'php-143-117' },
    phpFpm: {
      binary: '/usr/sbin/php-fpm8.2',
      startCommand: ['systemctl', 'start', 'php8.2-fpm'],
      reloadCommand: null,
    },
  });
});

test('in the sidecar nothing is rehearsed', () => {
  expect(read('sidecar.yaml').config?.phpFpm).toMatchObject({
    binary: null,
    config: '/usr/local/etc/php-fpm.conf',
  });
});

describe('the defaults that the table names', () => {
  const rows = readTable(page, 'Settings').map(([path, type, fallback]) => [
    readCodeWords(path)[0],
    type,
    fallback,
  ]);
  const { config } = read('old-layout-short.yaml');

  test('stand in a row for each setting', () => {
    expect(rows).toEqual(SETTINGS.map(({ path, type, fallback }) => [path, type, fallback]));
  });

  test.each([
    ['repository.branch', config?.repository.tracked.name],
    ['state', config?.state],
    ['lock', config?.lock],
    ['repository.transport', config?.repository.transport],
    ['repository.username', config?.repository.access.username],
    ['repository.verify', config?.repository.trust.verify],
    ['limits.file_bytes', String(config?.limits.fileBytes)],
    ['limits.files', String(config?.limits.files)],
    ['limits.total_bytes', String(config?.limits.totalBytes)],
    ['limits.pack_bytes', String(config?.limits.packBytes)],
    ['limits.fetch_seconds', String((config?.limits.fetchMs ?? 0) / 1000)],
    ['reload.margin_seconds', String((config?.phpFpm?.marginMs ?? 0) / 1000)],
    ['php_fpm.announce_revision', String(config?.profile.announceRevision)],
    ['secrets.allow_world_readable', String(config?.profile.exposeSecrets)],
    ['files.php-fpm.mode', config?.profile.destinations[0]?.mode.toString(8).padStart(4, '0')],
    ['files.shell.mode', config?.profile.destinations[1]?.mode.toString(8).padStart(4, '0')],
  ])('%s is %s', (path, value) => {
    expect(rows.find(([each]) => each === path)?.[2]).toBe(value);
  });
});

test('every setting that the page names exists', () => {
  const prefixes = ['repository', 'host', 'files', 'php_fpm', 'reload', 'names', 'secrets', 'limits'];
  const named = [...page.matchAll(/`([a-z_]+\.[a-z_.-]+)(?:: [^`]*)?`/g)].map((match) => match[1] ?? '');
  const settings = named.filter((name) => prefixes.includes(name.split('.')[0] ?? ''));
  const exists = (name: string): boolean =>
    SETTINGS.some(({ path }) => path === name || path.startsWith(`${name}.`));
  expect(settings.length).toBeGreaterThan(10);
  expect(settings.filter((name) => !exists(name) && !name.endsWith('.yaml'))).toEqual([]);
});
