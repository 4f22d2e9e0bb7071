import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import { ReconcileError } from '../../src/core/errors.ts';
import type { Commit } from '../../src/core/git/commit.ts';
import type { HostProfile } from '../../src/core/types.ts';
import type { PushedObjects } from '../../src/ports/receiving.ts';
import type { Signers } from '../../src/ports.ts';
import type { PushWorld } from '../../src/reconcile/judge-push.ts';
import { judgePush } from '../../src/reconcile/judge-push.ts';
import { smallRepository } from '../docs/small-repository.ts';
import { PROFILE, SHELL_FILE } from '../helpers/host-profile.ts';

const [OLD, NEW] = ['a'.repeat(40), 'b'.repeat(40)];
const HOST: HostProfile = { ...PROFILE, destinations: [SHELL_FILE] };

function repository(common: string) {
  return smallRepository({
    'reconcile.yaml': 'format: 1\nid: example\nlayers: [env/common.yaml]\n',
    'hosts.yaml': 'web-1: {environment: test}\n',
    'env/common.yaml': common,
  });
}

/** Objects of a push of NEW over OLD that is all right. */
function makeObjects(changes: Partial<PushedObjects> = {}): PushedObjects {
  return {
    peel: async (oid) => oid,
    contains: async () => true,
    commits: async (commit, before) => [commit, ...(before === null ? [] : ['c'.repeat(40)])].map(makeCommit),
    read: async () => repository('A: one\n'),
    ...changes,
  };
}

function makeCommit(oid: string): Commit {
  return { oid, tree: OLD, parents: [], committedAt: 0, payload: new Uint8Array(), signature: null };
}

/** Refuses every commit, by name. */
function makeSigners(scope: Signers['scope']): Signers {
  return {
    scope,
    verify: async (commits) => {
      throw new ReconcileError('COMMIT_UNTRUSTED', commits.map(({ oid }) => oid[0]).join(','));
    },
  };
}

const throwing = (code: ErrorCode) => async () => {
  throw new ReconcileError(code, 'why');
};

async function judge(
  changes: Partial<PushWorld> = {},
  update: { ref?: string; before?: string | null; after?: string | null } = {},
) {
  const world: PushWorld = {
    host: HOST,
    tracked: { kind: 'branch', name: 'main' },
    objects: makeObjects(),
    signers: null,
    ...changes,
  };
  const verdict = await judgePush(world, [{ ref: 'refs/heads/main', before: OLD, after: NEW, ...update }]);
  const codes =
    verdict.kind === 'refused' ? [...verdict.errors, ...verdict.complaints].map(({ code }) => code) : [];
  return { kind: verdict.kind, codes, verdict };
}

describe('a push', () => {
  test('of a good commit is accepted', async () => {
    expect((await judge()).verdict).toEqual({ kind: 'accepted', commit: NEW, complaints: [] });
    expect(await judge({}, { before: null })).toMatchObject({ kind: 'accepted' });
  });

  test('of anything to another ref is not looked at', async () => {
    const objects = makeObjects({ peel: throwing('PUSH_UNCHECKED') });
    for (const ref of ['refs/heads/main2', 'refs/heads/refs/heads/main', 'refs/tags/main'])
      expect(await judge({ objects }, { ref })).toMatchObject({ kind: 'untouched' });
    const pinned = { kind: 'commit', name: OLD } as const;
    expect(await judge({ objects, tracked: pinned })).toMatchObject({ kind: 'untouched' });
  });

  test('that deletes what is live is refused', async () => {
    expect(await judge({}, { after: null })).toMatchObject({ kind: 'refused', codes: ['PUSH_REWINDS'] });
  });

  test('that goes back is refused, also of a tag', async () => {
    const objects = makeObjects({ contains: async () => false });
    expect(await judge({ objects })).toMatchObject({ codes: ['PUSH_REWINDS'] });
    const tracked = { kind: 'tag', name: 'live' } as const;
    expect(await judge({ objects, tracked }, { ref: 'refs/tags/live' })).toMatchObject({
      codes: ['PUSH_REWINDS'],
    });
    expect(await judge({ objects }, { before: null })).toMatchObject({ kind: 'accepted' });
  });

  test('is refused with all that is wrong with it at once', async () => {
    const objects = makeObjects({
      contains: async () => false,
      read: async () => repository('A: [\nLD_PRELOAD: x\n'),
    });
    const { codes } = await judge({ objects, signers: makeSigners('tip') });
    expect(codes).toEqual(['PUSH_REWINDS', 'COMMIT_UNTRUSTED', 'YAML_SYNTAX']);
  });

  test.each<[Signers['scope'], string | null, string]>([
    ['tip', OLD, 'b'],
    ['all-new', OLD, 'b,c'],
    ['all-new', null, 'b'],
  ])('has to be signed by the rule of the host: %s after %j', async (scope, before, message) => {
    const { verdict } = await judge({ signers: makeSigners(scope) }, { before });
    expect(verdict).toMatchObject({ kind: 'refused', errors: [{ code: 'COMMIT_UNTRUSTED', message }] });
  });

  test.each<keyof PushedObjects>(['peel', 'contains', 'read'])(
    'is refused where git fails to %s',
    async (name) => {
      const objects = makeObjects({ [name]: throwing('PUSH_UNCHECKED') });
      expect(await judge({ objects })).toMatchObject({ kind: 'refused', codes: ['PUSH_UNCHECKED'] });
    },
  );

  test('is not judged by a bug', async () => {
    const objects = makeObjects({ read: async () => Promise.reject(new TypeError('bug')) });
    await expect(judge({ objects })).rejects.toThrow(TypeError);
  });
});
