import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { forgeNotifier } from '../../../src/adapters/notify/forge-notifier.ts';
import type { CommitStatus } from '../../../src/core/notice/commit-status.ts';
import type { StatusForgeName } from '../../../src/core/notice/status-forge.ts';
import { STATUS_FORGE_NAMES, STATUS_FORGES } from '../../../src/core/notice/status-forge.ts';
import { startForge, TOKEN } from '../../helpers/notice-services.ts';
import { ONE, TWO } from '../../helpers/run-reports.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const CONTEXT = 'php-env-reconciler/web-1';
const status = (state: CommitStatus['state'], commit = ONE): CommitStatus => ({
  commit,
  state,
  context: CONTEXT,
  description: 'refused: YAML_SYNTAX at env/北京.yaml:1:2',
});

async function post(name: StatusForgeName, url: string, news: CommitStatus, token = TOKEN) {
  const tokenFile = join(temporaryDirectory(), 'token');
  writeFileSync(tokenFile, `${token}\n`);
  const notifier = forgeNotifier({
    name,
    forge: STATUS_FORGES[name],
    url,
    tokenFile,
    caFile: null,
    proxies: {},
    clock: { now: () => new Date(0) },
    waitsMs: [1, 1],
  });
  const why = await notifier.tell(news, AbortSignal.timeout(20_000));
  expect(why ?? '').not.toContain(token);
  return why;
}

describe.each(STATUS_FORGE_NAMES)('%s', (name) => {
  test('takes each state of a commit, and the same one again', async () => {
    const forge = await startForge(name, ONE);
    for (const state of ['pending', 'pending', 'success', 'failure', 'failure'] as const)
      expect(await post(name, forge.url, status(state))).toBeNull();
    expect([...forge.statuses]).toEqual([[CONTEXT, name === 'gitlab' ? 'failed' : 'failure']]);
  });

  test('says no to another token, and to a commit that it has not', async () => {
    const forge = await startForge(name, ONE);
    expect(await post(name, forge.url, status('success'), 'another')).toBe(
      'it answered 401: the token is not taken',
    );
    expect(await post(name, forge.url, status('success', TWO))).toMatch(/^it answered 404: there is no such/);
    expect(forge.received).toHaveLength(2);
  });
});
