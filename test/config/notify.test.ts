import { describe, expect, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { readWritten } from '../../src/config/written.ts';
import { NOTICE_KINDS } from '../../src/core/notice/notice.ts';
import { BARE_HOST } from '../helpers/bare-host.ts';

const MINIMAL = 'repository: {url: /srv/config.git}\nfiles: {shell: {path: /etc/profile.d/shell_env.sh}}\n';

function read(settings: string) {
  const written = readWritten('config.yaml', Buffer.from(MINIMAL + settings), {});
  const resolved = written.value === null ? null : resolveConfig(written.value, BARE_HOST);
  const complaints = [...written.complaints, ...(resolved?.complaints ?? [])].map(({ message }) => message);
  return { config: resolved?.value ?? null, complaints };
}

test('nobody is told by default', () => {
  expect(read('').config).toMatchObject({
    notify: { channels: [], mail: null, events: NOTICE_KINDS, repeatMs: 86_400_000 },
    commitStatus: null,
  });
});

test('everything can be set, and is described as it was written', () => {
  const settings = {
    notify: {
      events: ['failed', 'recovered'],
      repeat_hours: 6,
      ca_file: '/etc/ssl/ca.pem',
      webhook: { url_file: '/s/webhook', secret_file: '/s/webhook.secret' },
      slack: { url_file: '/s/slack' },
      dingtalk: { url_file: '/s/dingtalk', secret_file: '/s/dingtalk.secret' },
      feishu: { url_file: '/s/feishu', secret_file: '/s/feishu.secret' },
      wecom: { url_file: '/s/wecom' },
      mail: {
        to: ['root', 'ops@example.org'],
        from: 'env@example.org',
        sendmail: ['/usr/bin/msmtp', '-C', '/s/m'],
      },
    },
    commit_status: {
      forge: 'gitlab',
      url: 'https://git.example/api/v4/projects/team%2Fenv',
      token_file: '/s/token',
    },
  };
  const { config, complaints } = read(
    Object.entries(settings)
      .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
      .join(''),
  );
  expect(complaints).toEqual([]);
  if (config === null) throw new Error('the configuration was refused');
  expect(config.notify.channels.map(({ name }) => name)).toEqual([
    'webhook',
    'slack',
    'dingtalk',
    'feishu',
    'wecom',
  ]);
  expect(describeConfig(config)).toMatchObject({
    'notify.events': ['failed', 'recovered'],
    'notify.repeat_hours': 6,
    'notify.dingtalk.secret_file': '/s/dingtalk.secret',
    'notify.mail.sendmail': ['/usr/bin/msmtp', '-C', '/s/m'],
    'commit_status.url': 'https://git.example/api/v4/projects/team%2Fenv',
    'commit_status.ca_file': null,
  });
});

describe('refused is', () => {
  test.each<[string, readonly string[]]>([
    [
      'notify: {repeat_hours: 1}',
      ['notify names nobody to tell: set the url_file of a service, or notify.mail.to'],
    ],
    [
      'notify: {feishu: {secret_file: /s}}',
      [
        'notify.feishu.secret_file needs notify.feishu.url_file',
        'notify names nobody to tell: set the url_file of a service, or notify.mail.to',
      ],
    ],
    [
      'notify: {slack: {url_file: /s}, events: [failed, deployed]}',
      ['notify.events: "deployed" is none of failed, undone, recovered, applied, healed'],
    ],
    [
      'notify: {slack: {url: https://hooks.slack.com/services/T/B/X}}',
      ['there is no setting notify.slack.url'],
    ],
    [
      'notify: {slack: {url_file: relative}}',
      ['notify.slack.url_file must be an absolute path, not "relative"'],
    ],
    ['notify: {wecom: {url_file: /s, secret_file: /s}}', ['there is no setting notify.wecom.secret_file']],
    [
      'notify: {mail: {from: root}}',
      [
        'notify.mail needs an address in notify.mail.to',
        'notify names nobody to tell: set the url_file of a service, or notify.mail.to',
      ],
    ],
    [
      'notify: {mail: {to: ["a b"], from: "x\\ny", sendmail: []}}',
      ['notify.mail.from must be a text of one line, not "x\\ny"'],
    ],
    [
      'notify: {mail: {to: ["a b"], from: "-x", sendmail: []}}',
      [
        'notify.mail.to: "a b" is no plain mail address',
        'notify.mail.from: "-x" is no plain mail address',
        'notify.mail.sendmail names no program: leave it out, or name one',
      ],
    ],
    [
      'commit_status: {url: https://x.example/repos/a/b}',
      ['commit_status needs commit_status.forge: one of github, gitlab, gitea'],
    ],
    [
      'commit_status: {forge: svn}',
      [
        'commit_status.forge must be one of github, gitlab, gitea, not "svn"',
        'commit_status needs commit_status.url, such as https://api.github.com/repos/OWNER/REPOSITORY',
        'commit_status needs commit_status.token_file',
      ],
    ],
    [
      'commit_status: {forge: github, token_file: /t, url: http://git.example/repos/a/b}',
      [
        'commit_status.url cannot be used: it is a URL of http, and everybody on the way could read it: use https',
      ],
    ],
    [
      'commit_status: {forge: github, token_file: /t, url: https://git.example/a/b}',
      [
        'commit_status.url cannot be used: github has URLs such as https://api.github.com/repos/OWNER/REPOSITORY',
      ],
    ],
    [
      'commit_status: {forge: gitlab, token_file: /t, url: https://git.example/api/v4/projects/a/b}',
      [
        'commit_status.url cannot be used: gitlab has URLs such as https://HOST/api/v4/projects/GROUP%2FPROJECT',
      ],
    ],
    [
      'commit_status: {forge: gitea, token_file: /t, url: "https://git.example/repos/a/b?x=1"}',
      ['commit_status.url cannot be used: it has a `?` or `#` in it'],
    ],
  ])('%s', (settings, complaints) => {
    expect(read(settings).complaints).toEqual(complaints);
  });
});

test.each([
  ['github', 'https://api.github.com/repos/team/env/', 'https://api.github.com/repos/team/env'],
  ['gitlab', 'https://git.example/api/v4/projects/42', 'https://git.example/api/v4/projects/42'],
  ['gitea', 'http://127.0.0.1:3000/api/v1/repos/team/env', 'http://127.0.0.1:3000/api/v1/repos/team/env'],
])('the API of %s can be at %s', (forge, url, expected) => {
  const { config, complaints } = read(`commit_status: {forge: ${forge}, token_file: /t, url: "${url}"}`);
  expect(complaints).toEqual([]);
  expect(config?.commitStatus).toMatchObject({ forge, url: expected });
});
