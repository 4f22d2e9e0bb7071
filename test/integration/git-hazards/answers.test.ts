import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Passing } from '../../helpers/bending-relay.ts';
import { startRelay } from '../../helpers/bending-relay.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import type { Fault } from '../../helpers/faulty-server.ts';
import { startFaultyServer } from '../../helpers/faulty-server.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import {
  content,
  FETCHED,
  freshClone,
  hazard,
  isOneOf,
  MIRRORS,
  newer,
  OVER_HTTP,
  openAt,
  openSource,
  SERVED,
  serve,
  take,
  through,
} from './sources.ts';

/** Cannot be packed, so that there is a middle of the pack. */
const noise = (bytes: number) => ({ 'env/noise': randomBytes(bytes) });

/** A repository with a first commit, a source of it that has read it, and something on the way that can be bent. */
async function startBent(kind: (typeof OVER_HTTP)[number]) {
  const repository = new GitRepository();
  const first = repository.commit(content);
  for (let n = 0; n < 50; n++) repository.git('update-ref', `refs/heads/main-${n}`, first);
  const place = await serve(kind, repository.gitdir);
  const relay = await startRelay(`http://127.0.0.1:${place.port}`);
  const source = openAt(through(place, Number(new URL(relay.url).port)));
  expect(await take(source)).toMatchObject({ commit: first });
  return { repository, first, relay, source };
}

const isPost = ({ method }: Passing) => method === 'POST';
/** What `ls-refs` answers, and the first answer of a fetch. */
const listsRefs = ({ body }: Passing) =>
  /^[0-9a-f]{44} refs\/heads\/main/.test(body.toString('latin1', 0, 80));
const hasPack = ({ body }: Passing) => body.includes('packfile\n');

hazard('list of refs that is cut in a clean way', OVER_HTTP, async (kind) => {
  const { repository, first, relay, source } = await startBent(kind);
  for (const part of [0, 0.3, 0.9, 1]) {
    let bent = 0;
    relay.bend({
      answer: (answer) => {
        if (!isPost(answer) || !listsRefs(answer)) return answer;
        bent++;
        // The last packet is the flush, which alone tells that the list is whole.
        const end = part === 1 ? answer.body.length - 4 : Math.floor(answer.body.length * part);
        return { ...answer, body: answer.body.subarray(0, end) };
      },
    });
    expect([part, (await failureOf(source.probe())).code]).toEqual([part, 'SOURCE_UNREACHABLE']);
    expect(bent).toBeGreaterThan(0);
    expect(await source.read(first)).toMatchObject({ commit: first });
  }
  relay.bend({});
  const next = repository.commit(newer);
  expect(await take(source)).toMatchObject({ commit: next, files: newer });
});

hazard('list of refs that is cut by a reset', SERVED, async (kind) => {
  const repository = new GitRepository();
  const first = repository.commit(content);
  const place = await serve(kind, repository.gitdir);
  const faulty = await startFaultyServer({ kind: 'forward', upstream: place.port });
  const source = openAt(through(place, faulty.port));
  await take(source);
  for (const afterBytes of [1, 150, 250]) {
    faulty.become({ kind: 'reset', upstream: place.port, afterBytes });
    expect([afterBytes, (await failureOf(source.probe())).code]).toEqual([afterBytes, 'SOURCE_UNREACHABLE']);
    expect(await source.read(first)).toMatchObject({ commit: first });
  }
});

hazard('pack that is cut leaves what was live', SERVED, async (kind) => {
  const repository = new GitRepository();
  const first = repository.commit(content);
  const place = await serve(kind, repository.gitdir);
  const faulty = await startFaultyServer({ kind: 'forward', upstream: place.port });
  const clone = freshClone();
  const source = openAt(through(place, faulty.port), { clone });
  expect(await take(source)).toMatchObject({ commit: first });
  const next = repository.commit({ ...newer, ...noise(200_000) });
  for (const how of ['cut', 'reset'] satisfies Fault['kind'][]) {
    faulty.become({ kind: how, upstream: place.port, afterBytes: 60_000 });
    expect(await failureOf(take(source))).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    if (kind !== 'snapshot') {
      expect(repository.git('--git-dir', clone, 'rev-parse', 'refs/source/candidate')).toBe(first);
      expect(readdirSync(join(clone, 'objects/pack')).filter((name) => /^tmp_/.test(name))).toEqual([]);
      expect(await source.read(first)).toMatchObject({ commit: first });
    }
  }
  faulty.become({ kind: 'forward', upstream: place.port });
  expect(await take(source)).toMatchObject({ commit: next, files: newer });
});

hazard('pack with a flipped bit leaves what was live', OVER_HTTP, async (kind) => {
  const { repository, first, relay, source } = await startBent(kind);
  const next = repository.commit({ ...newer, ...noise(1_000) });
  relay.bend({
    answer: (answer) => {
      if (!hasPack(answer)) return answer;
      const body = Buffer.from(answer.body);
      const at = body.length - 200;
      body[at] = (body[at] ?? 0) ^ 4;
      return { ...answer, body };
    },
  });
  expect((await failureOf(take(source))).code).toBeOneOf(['SOURCE_DAMAGED', 'SOURCE_UNREACHABLE']);
  if (kind === 'http') expect(await source.read(first)).toMatchObject({ commit: first });
  relay.bend({});
  expect(await take(source)).toMatchObject({ commit: next, files: newer });
});

const packet = (text: string) => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;

/** Puts something else where a pack should be. */
const instead = (body: Buffer) => (answer: Passing) => (hasPack(answer) ? { ...answer, body } : answer);

hazard('error of the server in the side-band', OVER_HTTP, async (kind) => {
  const { repository, first, relay, source } = await startBent(kind);
  const next = repository.commit(newer);
  const words = `${packet('packfile\n')}${packet('\u0002Counting\n')}${packet('\u0003no space here\n')}`;
  relay.bend({ answer: instead(Buffer.from(words)) });
  const { code, message } = await failureOf(take(source));
  expect([code, message]).toEqual(['SOURCE_UNREACHABLE', expect.stringContaining('no space here')]);
  if (kind === 'http') expect(await source.read(first)).toMatchObject({ commit: first });
  relay.bend({});
  expect(await take(source)).toMatchObject({ commit: next, files: newer });
});

hazard('pack without the objects', OVER_HTTP, async (kind) => {
  const { repository, first, relay, source } = await startBent(kind);
  const next = repository.commit(newer);
  // A whole, valid pack of no object: its head and the SHA-1 of that.
  const empty = Buffer.from('5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e', 'hex');
  const band = Buffer.concat([
    Buffer.from(`${(empty.length + 5).toString(16).padStart(4, '0')}\u0001`),
    empty,
  ]);
  const body = Buffer.concat([Buffer.from(packet('packfile\n')), band, Buffer.from('0000')]);
  relay.bend({ answer: instead(body) });
  expect((await failureOf(take(source))).code).toBeOneOf(['SOURCE_DAMAGED', 'SOURCE_UNREACHABLE']);
  if (kind === 'http') expect(await source.read(first)).toMatchObject({ commit: first });
  relay.bend({});
  expect(await take(source)).toMatchObject({ commit: next, files: newer });
});

hazard('pack over the size limit', FETCHED, async (kind) => {
  const repository = new GitRepository();
  const first = repository.commit(content);
  const source = await openSource(kind, repository.gitdir, { limits: { packBytes: 100_000 } });
  expect(await take(source)).toMatchObject({ commit: first });
  repository.commit({ 'env/a': randomBytes(200_000), 'env/b': randomBytes(200_000) });
  expect(await failureOf(take(source))).toMatchObject({ code: 'SOURCE_TOO_LARGE' });
  if (isOneOf(MIRRORS, kind)) expect(await source.read(first)).toMatchObject({ commit: first });
});
