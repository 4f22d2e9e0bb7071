import { describe, expect, test } from 'vitest';
import type { Passing } from '../../../helpers/bending-relay.ts';
import { dropVersion, startRelay } from '../../../helpers/bending-relay.ts';
import { content, openAt, readText, serveRepository } from './snapshot-setup.ts';

async function serveBent() {
  const { repository, server } = await serveRepository();
  const commit = repository.commit({ ...content, 'env/long.yaml': 'A: 1\n'.repeat(50) });
  repository.git('branch', 'main2');
  const relay = await startRelay(server.url);
  const open = () => openAt(`${relay.url}/.git`);
  return { repository, relay, commit, open };
}

const cutAt = (at: number) => (answer: Passing) => ({ ...answer, body: answer.body.subarray(0, at) });

function flipAt(at: number) {
  return (answer: Passing) => {
    const body = Buffer.from(answer.body);
    body[at] = (body[at] ?? 0) ^ (1 << (at % 8));
    return { ...answer, body };
  };
}

/** The length of what the server answers to a whole round. */
async function measure({ relay, open, commit }: Awaited<ReturnType<typeof serveBent>>) {
  const lengths: number[] = [];
  relay.bend({
    answer: (answer) => {
      lengths.push(answer.body.length);
      return answer;
    },
  });
  await open().probe();
  await open().read(commit);
  const [probe = 0, pack = 0] = lengths;
  return { probe, pack };
}

const REFUSALS: ReadonlySet<unknown> = new Set(['SOURCE_UNREACHABLE', 'SOURCE_DAMAGED', 'SOURCE_TOO_LARGE']);

const codeOf = async (asked: Promise<unknown>) =>
  await asked.then(
    () => 'believed',
    (error: unknown) => (error as { code?: unknown }).code,
  );

describe('an answer is never believed', () => {
  test('to a probe, when it is cut anywhere: no branch is taken for a deleted one', async () => {
    const bent = await serveBent();
    const { probe } = await measure(bent);
    for (let at = 0; at < probe; at++) {
      bent.relay.bend({ answer: cutAt(at) });
      expect([at, await codeOf(bent.open().probe())]).toEqual([at, 'SOURCE_UNREACHABLE']);
    }
  });

  test('to a probe of version 0, when it is cut anywhere', async () => {
    const { repository, relay, commit, open } = await serveBent();
    const request = dropVersion;
    for (const [oid, branches] of [
      [commit, ['main', 'main2']],
      [null, []],
    ] as const) {
      if (branches.length === 0)
        for (const name of ['main', 'main2']) repository.git('update-ref', '-d', `refs/heads/${name}`);
      let length = 0;
      relay.bend({
        request,
        answer: (answer) => {
          if (answer.method === 'GET') length = answer.body.length;
          return answer;
        },
      });
      expect(await codeOf(open().probe())).toBe(oid === null ? 'SOURCE_BRANCH_MISSING' : 'believed');
      for (let at = 0; at < length; at++) {
        relay.bend({ request, answer: (answer) => (answer.method === 'GET' ? cutAt(at)(answer) : answer) });
        expect([at, await codeOf(open().probe())]).toEqual([at, 'SOURCE_UNREACHABLE']);
      }
    }
  });

  test('with a commit in it, when it is cut, at every 50th byte', async () => {
    const bent = await serveBent();
    const { pack } = await measure(bent);
    for (let at = 0; at < pack; at += 50) {
      bent.relay.bend({ answer: cutAt(at) });
      expect([at, await codeOf(bent.open().read(bent.commit))]).toEqual([at, 'SOURCE_UNREACHABLE']);
    }
  });

  test('with a commit in it, when a bit is flipped, at every 7th byte', async () => {
    const bent = await serveBent();
    const { pack } = await measure(bent);
    const whole = await readText(bent.open(), bent.commit);
    for (let at = 0; at < pack; at += 7) {
      bent.relay.bend({ answer: flipAt(at) });
      const outcome = await readText(bent.open(), bent.commit).catch(
        (error: { code?: unknown }) => error.code,
      );
      if (!REFUSALS.has(outcome)) expect([at, outcome]).toEqual([at, whole]); // a line that tells nothing was hit
    }
  });

  test('when the server has left objects out; the next answer may have them', async () => {
    const bent = await serveBent();
    bent.relay.bend({
      request: (asked) => {
        // A filter that was never asked for.
        const body = Buffer.from(
          asked.body.toString().replace('0009done\n', '0015filter blob:none\n0009done\n'),
        );
        return { ...asked, body };
      },
    });
    bent.repository.git('config', 'uploadpack.allowFilter', 'true');
    const source = bent.open();
    await expect(source.read(bent.commit)).rejects.toMatchObject({
      code: 'SOURCE_DAMAGED',
      message: expect.stringMatching(
        /^cannot read commit [0-9a-f]{40} in http:.*: object [0-9a-f]{40} is missing$/,
      ),
    });
    bent.relay.bend({});
    expect((await source.read(bent.commit)).files.size).toBe(4);
  });

  test('when it is another commit', async () => {
    const bent = await serveBent();
    const other = bent.repository.commit({ 'env/common.yaml': 'A: evil\n' });
    bent.relay.bend({
      request: (asked) => ({
        ...asked,
        body: Buffer.from(asked.body.toString().replace(bent.commit, other)),
      }),
    });
    await expect(bent.open().read(bent.commit)).rejects.toMatchObject({ code: 'SOURCE_DAMAGED' });
  });

  test('when the server breaks off in words of its own, which are shown without their control characters', async () => {
    const bent = await serveBent();
    const say = (text: string) => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
    for (const words of [
      say('ERR no\u001b[2J space'),
      `${say('packfile\n')}${say('\u0003no\u001b[2J space\n')}`,
    ]) {
      bent.relay.bend({
        answer: (answer) => (answer.method === 'POST' ? { ...answer, body: Buffer.from(words) } : answer),
      });
      await expect(bent.open().read(bent.commit)).rejects.toMatchObject({
        code: 'SOURCE_UNREACHABLE',
        message: expect.stringMatching(/ says: "no\\u\{1b\}\[2J space"$/),
      });
    }
  });
});
