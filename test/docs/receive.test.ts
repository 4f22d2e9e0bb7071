import { expect, test } from 'vitest';
import { formatComplaint } from '../../src/core/complain.ts';
import { reportSettled } from '../../src/core/daemon/report.ts';
import { renderSettings } from '../../src/core/receive/git-settings.ts';
import { judgeSnapshot } from '../../src/core/receive/judge-snapshot.ts';
import { tellAnswer } from '../../src/core/receive/tell-answer.ts';
import { readFencedBlocks } from './markdown.ts';
import { readPage } from './pages.ts';
import { withFiles } from './small-repository.ts';

const blocks = readFencedBlocks(readPage('docs/receive.md').text);
const [example] = blocks;

test('the settings of git on the page are those that are written', () => {
  const block = blocks.find(({ info }) => info === 'reconcile-receive.config')?.text ?? '';
  expect(
    renderSettings(256 * 1024 * 1024, false)
      .split('\n')
      .slice(1)
      .join('\n'),
  ).toBe(block);
});

test('the refusal on the page is one that is given', () => {
  const snapshot = withFiles({ 'env/hosts/php-143-117.yaml': 'ZIP: "07"\nLD_PRELOAD: /opt/x.so\n' });
  const host = {
    ...{
      name: 'php-143-117',
      environment: null,
      groups: null,
      destinations: [],
      pools: [],
      repositoryId: null,
    },
    ...{ announceRevision: true, exposeSecrets: false, names: { refuse: [], allow: [] } },
  };
  const lines = judgeSnapshot(snapshot, host).map((complaint) => `remote:   ${formatComplaint(complaint)}\n`);
  expect(lines).toHaveLength(2);
  expect(example?.text).toContain(lines.join(''));
});

test('the answer on the page is one that is given', () => {
  const commit = '2c5b34b6a193'.padEnd(40, '0');
  const files = ['/etc/php/8.2/fpm/pool.d/env.conf', '/etc/profile.d/shell_env.sh'];
  const changes = files.map((path) => ({ kind: 'replace', path, itemize: '' }) as const);
  const report = { ...reportSettled(commit), changes, reloads: 1 };
  const event = { reasons: [], at: new Date(0), seconds: 0.4, report };
  const schedule = { kind: 'every', ms: 60_000 } as const;
  const context = { host: 'php-143-117', commit, restraint: null, schedule, socket: '' };
  const [first, second] = tellAnswer({ kind: 'ran', event }, context);
  expect(example?.text).toContain(`remote: reconcile: ${first}\nremote:   ${second}\n`);
});
