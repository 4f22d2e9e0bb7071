import { describe, expect, test } from 'vitest';
import type { HostFacts } from '../../src/config/config.ts';
import { describeConfig } from '../../src/config/describe.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { readWritten } from '../../src/config/written.ts';
import { formatComplaint } from '../../src/core/complain.ts';

const NEW_HOST: HostFacts = {
  hostname: 'web-1',
  uid: 0,
  gid: 0,
  isDirectory: () => false,
  uidOf: (name) => (name === 'www-data' ? 33 : null),
  gidOf: (name) => (name === 'www-data' ? 33 : null),
  phpFpms: () => [{ binary: '/usr/sbin/php-fpm8.2', config: '/etc/php/8.2/fpm/php-fpm.conf' }],
};

const MINIMAL =
  'repository:\n  url: /srv/config.git\nfiles:\n  php-fpm:\n    path: /etc/php/env.d/juanpi_php_env.conf\n';

/** The configuration that a text gives, or its complaints as they are printed. */
function read(
  text: string,
  { facts = NEW_HOST, environment = {} }: { facts?: HostFacts; environment?: Record<string, string> } = {},
) {
  const written = readWritten('config.yaml', Buffer.from(text), environment);
  const resolved = written.value === null ? null : resolveConfig(written.value, facts);
  const complaints = [...written.complaints, ...(resolved?.complaints ?? [])].map(formatComplaint);
  return { config: resolved?.value ?? null, complaints };
}

describe('defaults', () => {
  test('a repository and a file are enough', () => {
    const { config, complaints } = read(MINIMAL);
    expect(complaints).toEqual([]);
    expect(config).toMatchObject({
      repository: {
        remotes: [{ kind: 'path', path: '/srv/config.git' }],
        tracked: { kind: 'branch', name: 'main' },
        transport: 'auto',
        clone: '/var/lib/reconcile/clone',
        trust: { verify: 'none' },
      },
      profile: {
        name: 'web-1',
        destinations: [
          { target: 'php-fpm', path: '/etc/php/env.d/juanpi_php_env.conf', mode: 0o600, uid: 0, gid: 0 },
        ],
        announceRevision: true,
        exposeSecrets: false,
      },
      phpFpm: { binary: '/usr/sbin/php-fpm8.2', reloadCommand: null, startCommand: null, marginMs: 5000 },
      state: '/var/lib/reconcile',
      lock: '/run/reconcile/lock',
    });
  });

  test('the old places are taken where their directories exist, and nowhere else is guessed', () => {
    const old = { ...NEW_HOST, isDirectory: () => true };
    const paths = read('repository: {url: /srv/config.git}\n', { facts: old }).config?.profile.destinations;
    expect(paths?.map((destination) => destination.path)).toEqual([
      '/usr/local/webserver/php/etc/fpm.d/juanpi_php_env.conf',
      '/etc/profile.d/shell_env.sh',
    ]);
    expect(read('repository: {url: /srv/config.git}\n').complaints).toEqual([
      'no file is configured: set files.php-fpm.path or files.shell.path [CONFIG_INVALID]',
    ]);
  });

  test('a host with the shell file alone needs no php-fpm', () => {
    const facts = { ...NEW_HOST, phpFpms: () => [] };
    const text = 'repository: {url: /srv/config.git}\nfiles:\n  shell: {path: /etc/profile.d/shell_env.sh}\n';
    expect(read(text, { facts }).config).toMatchObject({ phpFpm: null });
  });

  test('one of several php-fpm is never chosen', () => {
    const phpFpms = () =>
      ['8.1', '8.2'].map((v) => ({ binary: `/usr/sbin/php-fpm${v}`, config: `/etc/php/${v}/fpm.conf` }));
    const { complaints } = read(MINIMAL, { facts: { ...NEW_HOST, phpFpms } });
    expect(complaints[0]).toMatch(/set php_fpm.binary and php_fpm.config: several were found: .*8\.1.*8\.2/);
    const chosen = read(`${MINIMAL}php_fpm:\n  binary: /usr/sbin/php-fpm8.1\n`, {
      facts: { ...NEW_HOST, phpFpms },
    });
    expect(chosen.config?.phpFpm?.config).toBe('/etc/php/8.1/fpm.conf');
  });

  test('php-fpm in another container has no binary here', () => {
    const { config } = read(`${MINIMAL}php_fpm: {binary: none, config: /etc/php-fpm.conf}\n`);
    expect(config?.phpFpm?.binary).toBeNull();
  });
});

describe('what is written', () => {
  test('environment variables win over the file', () => {
    const environment = { RECONCILE_HOST: 'web-9', RECONCILE_GROUPS: 'a, b', RECONCILE_ENVIRONMENT: 'test' };
    const { config } = read(`${MINIMAL}host:\n  name: web-2\n`, { environment });
    expect(config?.profile).toMatchObject({ name: 'web-9', groups: ['a', 'b'], environment: 'test' });
  });

  test('a mistyped environment variable is told', () => {
    const { complaints } = read(MINIMAL, {
      environment: { RECONCILE_HOSTS: 'web-9', RECONCILE_CONFIG: '/x' },
    });
    expect(complaints).toEqual([
      'there is no setting RECONCILE_HOSTS; unset this environment variable [CONFIG_INVALID]',
    ]);
  });

  test('the log has one of three formats', () => {
    expect(read(`${MINIMAL}log:\n  format: json\n`).config?.logFormat).toBe('json');
    expect(read(`${MINIMAL}log:\n  format: xml\n`).complaints).toEqual([
      expect.stringContaining('log.format must be one of text, json, logfmt, not "xml"'),
    ]);
  });

  test('users and groups are names or numbers', () => {
    const { config } = read(`${MINIMAL}    owner: www-data\n    group: 1234\n    mode: 0640\n`);
    expect(config?.profile.destinations[0]).toMatchObject({ uid: 33, gid: 1234, mode: 0o640 });
  });

  test('every mistake is told at once, with its place', () => {
    const text = [
      'repository:',
      '  url: relative/path',
      '  brunch: main',
      'files:',
      '  php-fpm:',
      '    mode: rw',
      'reload:',
      '  margin_seconds: soon',
      '  command: restart',
      'php_fpm:',
      '  announce_revision: yes',
    ].join('\n');
    expect(read(text).complaints).toEqual([
      'config.yaml:3:3: there is no setting repository.brunch [CONFIG_INVALID]',
      'config.yaml:2:8: repository.url cannot be used: it is neither an absolute path nor a URL with https, http, ssh or file [CONFIG_INVALID]',
      'config.yaml:6:11: files.php-fpm.mode must be octal permission bits such as 0640, not "rw" [CONFIG_INVALID]',
      'config.yaml:8:19: reload.margin_seconds must be a whole number of seconds from 1 to 9999, not "soon" [CONFIG_INVALID]',
      'config.yaml:9:12: reload.command must be a list, e.g. [a, b] [CONFIG_INVALID]',
      'config.yaml:11:22: php_fpm.announce_revision must be true or false, not "yes" [CONFIG_INVALID]',
    ]);
  });

  test.each([
    [
      'files:\n  php-fpm:\n    owner: nobody-here\n    path: /a/b\n',
      'there is no user nobody-here on this host',
    ],
    ['files:\n  shell:\n    mode: 0644\n', 'files.shell.path is missing: name the file to write'],
    [
      'files:\n  php-fpm: {path: /a/b}\n',
      'repository.url is missing: name the config repository, by its path or URL',
    ],
  ])('%j is refused', (text, message) => {
    expect(read(text).complaints.join('\n')).toContain(message);
  });
});

const readRepository = (settings: string) =>
  read(MINIMAL.replace('  url: /srv/config.git\n', `  {url: /srv/config.git, ${settings}}\n`));

describe('a repository is reached by', () => {
  const readUrl = (url: string, settings = '') =>
    read(MINIMAL.replace('  url: /srv/config.git\n', `  {url: ${JSON.stringify(url)}${settings}}\n`));

  test.each([
    ['/srv/env.git', { kind: 'path', path: '/srv/env.git' }],
    ['file:///srv/env.git', { kind: 'file', url: 'file:///srv/env.git' }],
    ['ssh://git@git.example.com:2222/env.git', { kind: 'ssh' }],
    ['git@git.example.com:team/env.git', { kind: 'ssh', url: 'git@git.example.com:team/env.git' }],
    ['https://git.example.com/env.git/', { kind: 'http', url: 'https://git.example.com/env.git' }],
  ])('%s', (url, remote) => {
    expect(readUrl(url).config?.repository.remotes).toMatchObject([remote]);
  });

  test('several addresses, in order', () => {
    const { config } = readUrl('https://a.example.com/x', ', mirrors: ["ssh://b.example.com/x", /srv/x.git]');
    expect(config?.repository.remotes.map(({ kind }) => kind)).toEqual(['http', 'ssh', 'path']);
  });

  test.each([
    ['env.git', /neither an absolute path nor a URL/],
    ['ext::sh -c id', /space or control character/],
    ['ext::id', /neither/],
    ['--upload-pack=id', /neither/],
    ['-oProxyCommand=id:x', /neither/],
    ['ssh://-oProxyCommand=id/x', /no host|no URL/],
    ['ssh://-x@host/x', /user name is not a plain one/],
    ['ftp://host/x', /scheme ftp is not known/],
    ['file://host/x', /a file URL has no host/],
    ['https://user:secret@host/x', /has a password in it; put that into repository.token_file/],
    ['https://user@host/x', /put that into repository.username/],
    ['https://host/x?token=1', /`\?` or `#`/],
    ['https://', /no URL/],
  ])('not %s', (url, message) => {
    const { complaints } = readUrl(url);
    expect(complaints).toEqual([expect.stringMatching(message)]);
    expect(complaints[0]).not.toContain('secret');
  });

  test.each([
    ['https://git.example.com/x', 0],
    ['http://127.0.0.1:8080/x', 0],
    ['http://git.example.com/x', 1],
  ])('%s with a token: complaints %i', (url, count) => {
    const { complaints } = readUrl(url, ', token_file: /etc/reconcile/token');
    expect(complaints.filter((each) => each.includes('in clear'))).toHaveLength(count);
  });
});

describe('who may sign', () => {
  test('is needed where signatures are, with the id of the repository', () => {
    expect(readRepository('verify: tip').complaints).toEqual([
      expect.stringContaining('needs repository.allowed_signers or repository.openpgp_keys'),
      expect.stringContaining('needs repository.id'),
    ]);
    const good = 'verify: all-new, allowed_signers: /etc/reconcile/signers, id: env/production';
    expect(readRepository(good).config).toMatchObject({
      repository: { trust: { verify: 'all-new', allowedSignersFile: '/etc/reconcile/signers' } },
      profile: { repositoryId: 'env/production' },
    });
  });

  test.each([
    ['verify: all', /must be one of none, tip, all-new, not "all"/],
    ['transport: git', /must be one of auto, mirror, snapshot/],
    ['transport: snapshot', /is for http and https alone, not for \/srv\/config.git/],
  ])('%s is refused', (settings, message) => {
    expect(readRepository(settings).complaints).toEqual([expect.stringMatching(message)]);
  });
});

describe('what is live', () => {
  test.each([
    ['tag: v1.2', { kind: 'tag', name: 'v1.2' }],
    [`commit: ${'a'.repeat(40)}`, { kind: 'commit', name: 'a'.repeat(40) }],
    ['branch: release/7', { kind: 'branch', name: 'release/7' }],
  ])('%s', (line, expected) => {
    expect(readRepository(line).config?.repository.tracked).toEqual(expected);
  });

  test.each([
    ['branch: a, tag: b', /tag and repository.branch exclude each other/],
    ['commit: abc', /40 hex digits/],
    ['branch: ../x', /a name that git allows, not "..\/x"/],
    ['tag: -x', /a name that git allows/],
    ['branch: a.lock', /a name that git allows/],
  ])('not %s', (line, message) => {
    expect(readRepository(line).complaints).toEqual([expect.stringMatching(message)]);
  });
});

describe('metrics.textfile', () => {
  test('is nowhere, or where it is said to be', () => {
    expect(read(MINIMAL).config?.metrics).toEqual({ textfile: null });
    const { config } = read(`${MINIMAL}metrics:\n  textfile: /var/lib/node-exporter/reconcile.prom\n`);
    expect(config?.metrics).toEqual({ textfile: '/var/lib/node-exporter/reconcile.prom' });
  });

  test.each(['/var/lib/reconcile.txt', '/var/lib/.prom', 'reconcile.prom'])('is not %s', (path) => {
    expect(read(`${MINIMAL}metrics:\n  textfile: ${path}\n`).complaints).toEqual([
      expect.stringMatching(/config.yaml:7:13: .*metrics.textfile must/),
    ]);
  });
});

test('a described configuration has every setting by its name', () => {
  const text = `${MINIMAL}  shell: {path: /etc/profile.d/shell_env.sh}\n`;
  const { config } = read(text);
  if (config === null) throw new Error('the configuration was refused');
  const described = describeConfig(config);
  expect(Object.keys(described)).toEqual(SETTINGS.map((setting) => setting.path));
  expect(described['files.php-fpm.mode']).toBe('0600');
});
