import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import type { GitSource } from '../src/ports.ts';
import { startGitHttp } from '../test/helpers/git-http-server.ts';
import { NO_ACCESS } from '../test/helpers/git-places.ts';
import { temporaryDirectory } from '../test/helpers/temporary-directory.ts';
import { GitStore } from './git-store.ts';
import { formatTimings, interleave, ratioIn } from './interleave.ts';
import { openMirror } from './open-mirror.ts';
import { judge } from './targets.ts';

const UPDATES = 1_000;
const ROUNDS = 25;
const MIB = 1024 * 1024;

/** A mirror over one transport; `sizes` are those of its clone on disk, after each update. */
interface Aging {
  readonly name: string;
  readonly url: string;
  readonly source: GitSource;
  readonly clone: string;
  readonly sizes: number[];
}

test('what an update costs after 1,000 others', async () => {
  const root = temporaryDirectory();
  const store = new GitStore(root, { name: 'aging', files: 20, commits: 20 });
  const http = await startGitHttp({ root });
  const mirrors = [age('file', `file://${store.path}`), age('http', http.urlOf('aging.git'))];
  for (const { source } of mirrors) await update(source);
  const rss = process.memoryUsage.rss();
  for (let at = 0; at < UPDATES; at++) {
    store.commit();
    for (const { source, clone, sizes } of mirrors) {
      await update(source);
      sizes.push(measureDisk(clone));
    }
  }
  console.info(
    `\n${UPDATES} updates: RSS ${formatMib(rss)} before, ${formatMib(process.memoryUsage.rss())} after`,
  );
  const ratio = ratioIn(await compareWithFresh(mirrors, store));
  judge(
    mirrors.flatMap(({ name, sizes }) => [
      {
        what: `${name}, after ${UPDATES} updates, to the first`,
        value: ratio(`${name} old`, `${name} fresh`),
        limit: 1.2,
        unit: 'times',
      },
      {
        what: `${name}, ${UPDATES} updates, most on disk`,
        value: Math.max(...sizes) / MIB,
        limit: 5,
        unit: 'MiB',
      },
    ]),
  );
});

function age(name: string, url: string): Aging {
  return { name, url, ...openMirror(url, NO_ACCESS), sizes: [] };
}

/** One new commit in each round, for the old mirrors and for new ones of the same repository. */
async function compareWithFresh(mirrors: readonly Aging[], store: GitStore) {
  const prepare = () => void store.commit();
  const lanes = mirrors.flatMap(({ name, url, source }) => {
    const { source: fresh } = openMirror(url, NO_ACCESS);
    return [
      { name: `${name} fresh`, prepare, run: async () => await update(fresh) },
      { name: `${name} old`, prepare, run: async () => await update(source) },
    ];
  });
  const timings = await interleave(lanes, ROUNDS);
  console.info(formatTimings(`one new commit, medians of ${ROUNDS} rounds`, timings));
  return timings;
}

async function update(source: GitSource): Promise<void> {
  await source.read(await source.probe());
}

/** Whole blocks, as du(1) counts them. */
function measureDisk(path: string): number {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return names.reduce((sum, name) => sum + lstatSync(join(path, name)).blocks * 512, 0);
}

function formatMib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}
