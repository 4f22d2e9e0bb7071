import { expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.ts';
import { readWritten } from '../../src/config/written.ts';
import type { Reason } from '../../src/core/daemon/reason.ts';
import { OWN_PATHS } from '../../src/core/http/own-paths.ts';
import { FORGE_NAMES } from '../../src/core/webhook/forge.ts';
import { BARE_HOST } from '../helpers/bare-host.ts';
import { readCodeWords, readFencedBlocks, readTable } from './markdown.ts';
import { readPage } from './pages.ts';

const page = readPage('docs/daemon.md').text;
test('every reason of a run has its row', () => {
  const reasons = readTable(page, 'What asks for a run').map(([who = '']) => readCodeWords(who)[0]);
  const all: readonly Reason[] = ['start', 'poll', 'push', 'webhook', 'request', 'drift', 'signal'];
  expect(reasons).toEqual(all);
});

test('every sender of webhooks has its row', () => {
  const senders = readTable(page, 'Webhooks').map(([, sender = '']) => readCodeWords(sender)[0]);
  expect(senders.filter((sender) => sender !== undefined).sort()).toEqual([...FORGE_NAMES].sort());
});

test('every path is on the page', () => {
  const rows = [...readTable(page, 'Health'), ...readTable(page, 'The control socket')];
  const paths = rows.map(([asked = '']) => readCodeWords(asked)[0]?.split(' ')[1]);
  expect(paths).toEqual(OWN_PATHS);
});

test('the example takes webhooks', () => {
  const [example] = readFencedBlocks(page).filter(({ info }) => info === 'with-webhook.yaml');
  const written = readWritten('with-webhook.yaml', Buffer.from(example?.text ?? ''), {});
  const resolved = written.value === null ? null : resolveConfig(written.value, BARE_HOST);
  expect([...written.complaints, ...(resolved?.complaints ?? [])]).toEqual([]);
  expect(resolved?.value?.listener).toMatchObject({ webhook: { sender: 'github' }, staleMs: 360_000 });
});
