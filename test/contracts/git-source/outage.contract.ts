import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../helpers/failure-of.ts';
import type { Fault } from '../../helpers/faulty-server.ts';
import type { Served } from '../../helpers/git-places.ts';
import { putFaultyServerBefore } from '../../helpers/git-places.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import type { Bench } from './bench.ts';
import { expectFailure, openAt, readTip } from './bench.ts';

/** For starting and ending git on a busy machine. */
const MARGIN_MS = 3000;
/** More than an introduction of any protocol, and less than the pack. */
const MID_PACK = 30_000;

const changed = (value: number) => ({ 'env/common.yaml': `A: ${value}\n` });

/** A server that is not there comes back. */
export function outageContract(bench: Bench): void {
  test('a place that is away is unreachable, and the same source finds it again', async () => {
    const repository = new GitRepository();
    repository.commit(changed(1));
    const place = await bench.serve(repository.gitdir);
    const source = openAt(bench, place);
    await readTip(source);
    await place.stop();
    await expectFailure(source.probe(), 'SOURCE_UNREACHABLE');
    await place.start();
    expect(await readTip(source)).toMatchObject({ files: changed(1) });
    repository.commit(changed(2));
    expect(await readTip(source)).toMatchObject({ files: changed(2) });
  });

  test('a place that is away at first is found when it is there', async () => {
    const repository = new GitRepository();
    repository.commit(changed(1));
    const place = await bench.serve(repository.gitdir);
    const source = openAt(bench, place);
    await place.stop();
    await expectFailure(source.probe(), 'SOURCE_UNREACHABLE');
    await place.start();
    expect(await readTip(source)).toMatchObject({ files: changed(1) });
  });
}

/** The bench's places are reached by a connection. */
export interface ServedBench extends Bench {
  serve(gitdir: string): Promise<Served>;
  /** Deadline of one conversation: enough on a busy machine, and as long as the test of a silent server takes. */
  readonly fetchMs: number;
}

/** Fault by what the server does; those that take the whole deadline are spread over the two moments. */
type FaultRow = readonly [what: string, makeFault: (upstream: number) => Fault];

const AT_FIRST: readonly FaultRow[] = [
  ['never answers', () => ({ kind: 'silent' })],
  ['sends the pack one byte per second', (upstream) => ({ kind: 'drip', upstream, afterBytes: MID_PACK })],
  ['resets in mid-pack', (upstream) => ({ kind: 'reset', upstream, afterBytes: MID_PACK })],
  ['ends in its first answer', (upstream) => ({ kind: 'cut', upstream, afterBytes: 230 })],
];
const LATER: readonly FaultRow[] = [
  ['answers one byte per second', (upstream) => ({ kind: 'drip', upstream })],
  ['goes silent in mid-pack', (upstream) => ({ kind: 'stall', upstream, afterBytes: MID_PACK })],
  ['resets in mid-pack', (upstream) => ({ kind: 'reset', upstream, afterBytes: MID_PACK })],
  ['ends in mid-pack', (upstream) => ({ kind: 'cut', upstream, afterBytes: MID_PACK })],
];

/** A server that is there and does not do what it should. */
export function faultyServerContract(bench: ServedBench): void {
  describe('within the deadline a server is unreachable', () => {
    test.each(AT_FIRST)('that at first %s, until it does not', async (_what, makeFault) => {
      const repository = new GitRepository();
      commitNoise(repository, 1);
      const { place, faulty, source } = await start(bench, repository);
      faulty.become(makeFault(place.port));
      await expectUnreachableWithin(bench.fetchMs + MARGIN_MS, readTip(source));
      faulty.become({ kind: 'forward', upstream: place.port });
      expect(await readTip(source)).toMatchObject({ files: changed(1), rejected: [] });
    });

    test.each(LATER)('that later %s, until it does not', async (_what, makeFault) => {
      const repository = new GitRepository();
      commitNoise(repository, 1);
      const { place, faulty, source } = await start(bench, repository);
      expect(await readTip(source)).toMatchObject({ files: changed(1) });
      commitNoise(repository, 2);
      faulty.become(makeFault(place.port));
      await expectUnreachableWithin(bench.fetchMs + MARGIN_MS, readTip(source));
      faulty.become({ kind: 'forward', upstream: place.port });
      expect(await readTip(source)).toMatchObject({ files: changed(2), rejected: [] });
    });
  });
}

/** A source of a repository behind a server that breaks on demand. */
async function start(bench: ServedBench, repository: GitRepository) {
  const place = await bench.serve(repository.gitdir);
  const { faulty, url, access } = await putFaultyServerBefore(place);
  return { place, faulty, source: openAt(bench, { url, access }, { limits: { fetchMs: bench.fetchMs } }) };
}

/** What cannot be packed, so that there is a middle of the pack. */
function commitNoise(repository: GitRepository, value: number): void {
  repository.commit({ ...changed(value), 'env/noise': randomBytes(200_000) });
}

async function expectUnreachableWithin(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const start = performance.now();
  expect(await failureOf(work)).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  expect(performance.now() - start).toBeLessThan(milliseconds);
}
