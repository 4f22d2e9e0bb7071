import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { readWritten } from '../../src/config/written.ts';
import { CHANNEL_NAMES } from '../../src/core/notice/channel.ts';
import { NOTICE_KINDS } from '../../src/core/notice/notice.ts';
import { STATUS_FORGE_NAMES, STATUS_FORGES } from '../../src/core/notice/status-forge.ts';
import { KEYWORD } from '../../src/core/notice/write-notice.ts';
import { BARE_HOST } from '../helpers/bare-host.ts';
import { readCodeWords, readFencedBlocks, readTable } from './markdown.ts';
import { readPage } from './pages.ts';

const page = readPage('docs/notices.md').text;

test('the example has no mistake', () => {
  const [example] = readFencedBlocks(page).filter(({ info }) => info === 'notices.yaml');
  const rest = 'repository: {url: /srv/config.git}\nfiles: {shell: {path: /etc/profile.d/shell_env.sh}}\n';
  const { value, complaints } = readWritten('config.yaml', Buffer.from(rest + example?.text), {});
  const resolved = value === null ? null : resolveConfig(value, BARE_HOST);
  expect([...complaints, ...(resolved?.complaints ?? [])]).toEqual([]);
  expect(resolved?.value?.notify.channels).toHaveLength(1);
  expect(resolved?.value?.commitStatus?.forge).toBe('gitlab');
});

describe('the tables name', () => {
  test('every event', () => {
    const events = readTable(page, 'What is told').map(([event]) => readCodeWords(event)[0]);
    expect(events).toEqual([...NOTICE_KINDS]);
  });

  test('every service', () => {
    const settings = readTable(page, 'Who can be told').map(([, setting]) => readCodeWords(setting)[0]);
    expect(settings).toEqual([...CHANNEL_NAMES, 'mail'].map((name) => `notify.${name}`));
  });

  test('every status', () => {
    expect(readTable(page, 'The status of commits').map(([status]) => status)).toEqual([
      'success',
      'failure',
      'pending',
    ]);
  });
});

test('the page has the word that a robot may ask for', () => {
  expect(page).toContain(`takes the word \`${KEYWORD}\``);
});

test('the page has the URL of every forge', () => {
  const missing = STATUS_FORGE_NAMES.filter((name) => !page.includes(`\`${STATUS_FORGES[name].example}\``));
  expect(missing).toEqual([]);
});

test('every setting that the page names exists', () => {
  const named = [...page.matchAll(/`((?:notify|commit_status|limits)[a-z_.]*)`/g)].map(
    (match) => match[1] ?? '',
  );
  const exists = (name: string): boolean =>
    SETTINGS.some(({ path }) => path === name || path.startsWith(`${name}.`));
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !exists(name))).toEqual([]);
});
