import { describe, expect, test } from 'vitest';
import type { Reading } from '../../../src/core/webhook/delivery.ts';
import type { ForgeName } from '../../../src/core/webhook/forge.ts';
import { FORGES } from '../../../src/core/webhook/index.ts';
import { readDelivery } from '../../../src/core/webhook/read-delivery.ts';
import type { Headers, Parts } from '../../helpers/webhooks.ts';
import {
  AFTER,
  ID,
  MAIN,
  makeDelivery,
  readFixture,
  SENDERS,
  withoutHeader,
} from '../../helpers/webhooks.ts';

const PUSH = { kind: 'push', id: ID, ref: MAIN, after: AFTER };
const OTHER_EVENT = { kind: 'ignored', why: 'it is another event than a push' };
const OTHER_REF = { kind: 'ignored', why: 'it is not about refs/heads/main' };
const DELETED = { kind: 'ignored', why: 'refs/heads/main was deleted' };
const NO_PUSH = { kind: 'refused', status: 400, why: 'the body has not the shape of a push' };

function read(name: ForgeName, parts: Parts, ref = MAIN): Reading {
  return readDelivery(makeDelivery(name, parts), {
    forge: FORGES[name],
    secrets: [SENDERS[name].secret],
    ref,
  });
}

describe('a documented payload is read for what it is', () => {
  test.each<[string, ForgeName, string, Headers, object]>([
    ['ping of GitHub', 'github', 'github-ping', { 'X-GitHub-Event': 'ping' }, { kind: 'ping' }],
    ['deleted branch', 'github', 'github-branch-deleted', {}, DELETED],
    ['other event', 'github', 'github-push', { 'X-GitHub-Event': 'pull_request' }, OTHER_EVENT],
    ['event in capitals', 'github', 'github-push', { 'X-GitHub-Event': 'PUSH' }, OTHER_EVENT],
    ['a ping that says push', 'github', 'github-ping', {}, NO_PUSH],
    ['deleted branch', 'gitlab', 'gitlab-branch-deleted', {}, DELETED],
    ['tag', 'gitlab', 'gitlab-tag-push', { 'X-Gitlab-Event': 'Tag Push Hook' }, OTHER_REF],
    ['system hook for a push', 'gitlab', 'gitlab-push', { 'X-Gitlab-Event': 'System Hook' }, PUSH],
    [
      'system hook for several refs',
      'gitlab-signed',
      'gitlab-system-repository-update',
      { 'X-Gitlab-Event': 'System Hook' },
      PUSH,
    ],
    [
      'other system hook',
      'gitlab',
      'gitlab-system-project-create',
      { 'X-Gitlab-Event': 'System Hook' },
      OTHER_REF,
    ],
    ['other event', 'gitlab-signed', 'gitlab-push', { 'X-Gitlab-Event': 'Merge Request Hook' }, OTHER_EVENT],
    [
      'other event',
      'gitea',
      'gitea-push',
      { 'X-Gitea-Event': 'create', 'X-GitHub-Event': 'push' },
      OTHER_EVENT,
    ],
    ['other event', 'forgejo', 'forgejo-push', { 'X-Forgejo-Event': 'delete' }, OTHER_EVENT],
    ['other event', 'gogs', 'gogs-push', { 'X-Gogs-Event': 'release' }, OTHER_EVENT],
    ['deleted branch', 'bitbucket', 'bitbucket-branch-deleted', {}, DELETED],
    ['tag', 'bitbucket', 'bitbucket-tag-push', {}, OTHER_REF],
    ['other event', 'bitbucket', 'bitbucket-push', { 'X-Event-Key': 'repo:fork' }, OTHER_EVENT],
    ['deleted branch', 'bitbucket-server', 'bitbucket-server-branch-deleted', {}, DELETED],
    [
      'ping',
      'bitbucket-server',
      'bitbucket-server-ping',
      { 'X-Event-Key': 'diagnostics:ping' },
      { kind: 'ping' },
    ],
    ['other event', 'bitbucket-server', 'bitbucket-server-ping', { 'X-Event-Key': 'pr:merged' }, OTHER_EVENT],
  ])('%s (%s, %s)', (_what, name, fixture, headers, expected) => {
    expect(read(name, { body: readFixture(fixture), headers })).toEqual(expected);
  });
});

test.each<[ForgeName, string, string, Headers]>([
  ['gitlab', 'gitlab-tag-push', 'refs/tags/v1.4.0', { 'X-Gitlab-Event': 'Tag Push Hook' }],
  ['bitbucket', 'bitbucket-tag-push', 'refs/tags/v1.4.0', {}],
])('a host of %s can follow a tag (%s)', (name, fixture, ref, headers) => {
  expect(read(name, { body: readFixture(fixture), headers }, ref)).toEqual({ ...PUSH, ref });
});

describe('a ref is compared exactly', () => {
  test.each([
    'main',
    'refs/heads/Main',
    'refs/heads/main ',
    'refs/heads/main/x',
    'refs/heads/*',
    'refs/tags/main',
    '',
  ])('%j is another one', (ref) => {
    expect(read('github', { body: JSON.stringify({ ref, after: AFTER }) })).toEqual(OTHER_REF);
    expect(read('generic', { body: JSON.stringify({ ref }) })).toEqual(OTHER_REF);
  });

  test('a tag with the name of the branch is another one for Bitbucket too', () => {
    const change = (type: string) => ({ old: null, new: { type, name: 'main', target: { hash: AFTER } } });
    const readTypes = (...types: string[]) =>
      read('bitbucket', { body: JSON.stringify({ push: { changes: types.map(change) } }) });
    expect(readTypes('tag', 'annotated_tag', 'bookmark')).toEqual(OTHER_REF);
    expect(readTypes('tag', 'branch')).toEqual(PUSH);
  });
});

describe('what a push says of the new commit is a hint', () => {
  test.each<[unknown, object]>([
    [AFTER, PUSH],
    ['a'.repeat(64), { ...PUSH, after: 'a'.repeat(64) }],
    [undefined, { ...PUSH, after: null }],
    [null, { ...PUSH, after: null }],
    [7, { ...PUSH, after: null }],
    ['HEAD', { ...PUSH, after: null }],
    [AFTER.toUpperCase(), { ...PUSH, after: null }],
    [`${AFTER}\n`, { ...PUSH, after: null }],
    ['0'.repeat(40), DELETED],
    ['0'.repeat(64), DELETED],
  ])('after %j', (after, expected) => {
    expect(read('github', { body: JSON.stringify({ ref: MAIN, after }) })).toEqual(expected);
  });

  test.each<[ForgeName, unknown]>([
    ['github', { ref: MAIN, after: AFTER, deleted: true }],
    ['bitbucket', { push: { changes: [{ new: null, old: { type: 'branch', name: 'main' } }] } }],
    ['bitbucket-server', { changes: [{ ref: { id: MAIN }, type: 'DELETE', toHash: AFTER }] }],
  ])('%s calls a ref deleted without zeros too', (name, payload) => {
    expect(read(name, { body: JSON.stringify(payload) })).toEqual(DELETED);
  });

  test('a branch that was deleted and made again in one push is a push', () => {
    const change = (type: string, toHash: string) => ({ ref: { id: MAIN }, type, toHash });
    const changes = [change('DELETE', '0'.repeat(40)), change('ADD', AFTER)];
    expect(read('bitbucket-server', { body: JSON.stringify({ changes }) })).toEqual(PUSH);
  });
});

describe('a payload of another shape is refused', () => {
  const ref = { type: 'branch', name: 'main' };
  test.each<[ForgeName, unknown]>([
    ['github', { ref: [MAIN] }],
    ['github', { Ref: MAIN }],
    ['gitlab', { ref: MAIN, after: AFTER }],
    ['gitlab', { object_kind: 'push' }],
    ['gitlab', { event_name: 'repository_update' }],
    ['gitlab', { event_name: 'repository_update', changes: { ref: MAIN } }],
    ['gitlab', { event_name: 'repository_update', changes: [{ ref: MAIN }, { ref: 1 }] }],
    ['gitea', { commits: [] }],
    ['bitbucket', { push: [] }],
    ['bitbucket', { push: { changes: null } }],
    ['bitbucket', { push: { changes: [null] } }],
    ['bitbucket', { push: { changes: [{ new: null, old: null }] } }],
    ['bitbucket', { push: { changes: [{ new: ref }, { new: { name: 'main' } }] } }],
    ['bitbucket', { push: { changes: [{ new: { type: 1, name: 'main' } }] } }],
    ['bitbucket-server', { changes: 'all' }],
    ['bitbucket-server', { changes: [[]] }],
    ['bitbucket-server', { changes: [{ refId: MAIN }] }],
    ['bitbucket-server', { changes: [{ ref: { id: 1 } }] }],
    ['generic', { ref: {} }],
  ])('%s: %j', (name, payload) => {
    expect(read(name, { body: JSON.stringify(payload) })).toEqual(NO_PUSH);
  });

  test('one that changed nothing is ignored', () => {
    expect(read('bitbucket', { body: '{"push":{"changes":[]}}' })).toEqual(OTHER_REF);
    expect(read('bitbucket-server', { body: '{"changes":[]}' })).toEqual(OTHER_REF);
  });
});

describe('a form', () => {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const payload = encodeURIComponent(readFixture('github-push').toString());

  test.each([
    ['with a payload', `payload=${payload}`, PUSH],
    ['with more beside it', `a=1&payload=${payload}&b`, PUSH],
  ])('of GitHub %s is read', (_what, body, expected) => {
    expect(read('github', { body, headers })).toEqual(expected);
  });

  test.each([
    ['without a payload', 'ref=refs/heads/main'],
    ['with two payloads', `payload=${payload}&payload=${payload}`],
    ['with a payload that is no JSON', 'payload=main'],
    ['with a payload in another case', `Payload=${payload}`],
  ])('of GitHub %s is refused', (_what, body) => {
    expect(read('github', { body, headers })).toMatchObject({ kind: 'refused', status: 400 });
  });

  test.each(Object.keys(FORGES).filter((name) => name !== 'github') as ForgeName[])(
    'of %s is refused',
    (name) => {
      expect(read(name, { body: `payload=${payload}`, headers })).toMatchObject({ status: 415 });
    },
  );
});

describe('a body that is empty', () => {
  test.each(Object.keys(FORGES).filter((name) => name !== 'generic') as ForgeName[])(
    'of %s is refused',
    (name) => {
      expect(read(name, { body: '' })).toMatchObject({ kind: 'refused', status: 415 });
    },
  );

  test('of a generic sender means any ref, whatever its type', () => {
    const any = { ...PUSH, after: null };
    expect(read('generic', { body: '' })).toEqual(any);
    expect(read('generic', { body: '', headers: { 'Content-Type': 'text/plain' } })).toEqual(any);
    expect(read('generic', { body: '{}' })).toEqual(any);
  });
});

test('a delivery without an event is refused where the forge sends one', () => {
  const delivery = withoutHeader(makeDelivery('github'), 'X-GitHub-Event');
  const hook = { forge: FORGES.github, secrets: [SENDERS.github.secret], ref: MAIN };
  expect(readDelivery(delivery, hook)).toEqual({
    kind: 'refused',
    status: 400,
    why: 'the header x-github-event is missing',
  });
});

test('a delivery without an id is a push without one', () => {
  const delivery = withoutHeader(makeDelivery('gitlab'), 'Idempotency-Key');
  const hook = { forge: FORGES.gitlab, secrets: [SENDERS.gitlab.secret], ref: MAIN };
  expect(readDelivery(delivery, hook)).toEqual({ ...PUSH, id: null });
});

test('the secret that an old Gitea puts into its payload is not shown', () => {
  const secret = SENDERS.gitea.secret.toString();
  const reading = read('gitea', { body: JSON.stringify({ secret, ref: MAIN, after: AFTER }) });
  expect(reading).toEqual(PUSH);
});
