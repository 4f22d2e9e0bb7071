import { describe, expect, test } from 'vitest';
import type { HostFacts } from '../../src/config/config.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { readWritten } from '../../src/config/written.ts';

const HOST: HostFacts = {
  hostname: 'web-1',
  uid: 0,
  gid: 0,
  isDirectory: () => false,
  uidOf: () => null,
  gidOf: (name) => (name === 'git' ? 99 : null),
  phpFpms: () => [],
};

function read(text: string) {
  const usual = 'repository: {url: /srv/config.git}\nfiles: {shell: {path: /etc/profile.d/env.sh}}\n';
  const written = readWritten('config.yaml', Buffer.from(usual + text), {});
  const resolved = written.value === null ? null : resolveConfig(written.value, HOST);
  const complaints = [...written.complaints, ...(resolved?.complaints ?? [])];
  return { listener: resolved?.value?.listener, complaints: complaints.map(({ message }) => message) };
}

describe('what a daemon answers', () => {
  test('is by default to this host alone', () => {
    expect(read('').listener).toEqual({
      tcp: null,
      webhook: null,
      control: { socket: '/run/reconcile/control/socket', gid: null },
      staleMs: 360_000,
    });
  });

  test('is over the network where a port is named', () => {
    expect(read('listen: {port: 9480}\n').listener?.tcp).toEqual({ address: '127.0.0.1', port: 9480 });
    expect(read('listen: {address: "::", port: 1}\n').listener?.tcp).toEqual({ address: '::', port: 1 });
  });

  test('is also a webhook where a sender is named', () => {
    const text = 'listen: {port: 1}\nwebhook: {sender: gitlab-signed, secret_file: /a, path: /hooks/web-1}\n';
    expect(read(text).listener?.webhook).toEqual({
      sender: 'gitlab-signed',
      secretFile: '/a',
      previousSecretFile: null,
      path: '/hooks/web-1',
    });
  });

  test('is on a socket beside the lock, and for a group where one is named', () => {
    expect(read('lock: /srv/run/lock\n').listener?.control.socket).toBe('/srv/run/control/socket');
    expect(read('control: {socket: /srv/s, group: git}\n').listener?.control).toEqual({
      socket: '/srv/s',
      gid: 99,
    });
  });
});

test.each([
  ['schedule: {every_seconds: 30}\nlimits: {run_seconds: 100}\n', 190],
  ['schedule: {cron: "0 4 * * *"}\n', 86_400],
  ['health: {stale_seconds: 100000}\n', 100_000],
])('after %j a host is not ready any more when it is stale for %i s', (text, seconds) => {
  expect(read(text).listener?.staleMs).toBe(seconds * 1000);
});

describe('it is refused', () => {
  test('with every mistake at once', () => {
    const text = [
      'listen: {address: 10.0.0.1}',
      'webhook: {sender: sourcehut, path: "/hook?a"}',
      'control: {group: nobody-here}',
    ].join('\n');
    expect(read(text).complaints).toEqual([
      'listen.address needs listen.port',
      'webhook.sender must be one of github, gitlab, gitlab-signed, gitea, forgejo, gogs, bitbucket, bitbucket-server, generic, not "sourcehut"',
      'webhook.sender needs webhook.secret_file',
      'webhook.sender needs listen.port',
      'webhook.path is made of letters, digits and . _ ~ - /, and is none of /healthz /readyz /status /metrics /run /warm',
      'there is no group nobody-here on this host',
    ]);
  });

  test.each([
    ['listen: {port: 65536}\n', 'listen.port is 65535 at most, not 65536'],
    ['listen: {port: 0}\n', 'listen.port must be a whole number above 0, not "0"'],
    ['webhook: {secret_file: /a}\n', 'webhook needs webhook.sender: one of github, gitlab'],
    [
      'listen: {port: 1}\nwebhook: {sender: github, secret_file: /a, path: /status}\n',
      'webhook.path is made of',
    ],
    ['health: {stale_seconds: 0}\n', 'health.stale_seconds must be a whole number above 0'],
  ])('%j', (text, message) => {
    expect(read(text).complaints).toEqual([expect.stringContaining(message)]);
  });
});
