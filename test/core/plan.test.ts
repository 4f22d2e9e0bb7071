import { describe, expect, test } from 'vitest';
import { fingerprintOf, makePlan } from '../../src/core/plan.ts';
import type { DesiredFile, ObservedFile } from '../../src/core/types.ts';

const attributes = { mode: 0o644, uid: 0, gid: 0 };
const fpm: DesiredFile = { target: 'php-fpm', path: '/a.conf', bytes: Buffer.from('new'), ...attributes };
const shell: DesiredFile = { target: 'shell', path: '/a.sh', bytes: Buffer.from('new'), ...attributes };

function found(text: string, changed: Partial<typeof attributes> = {}): ObservedFile {
  return { kind: 'file', bytes: Buffer.from(text), ...attributes, ...changed };
}

function plan(entries: readonly (readonly [DesiredFile, ObservedFile])[], owes = false) {
  const files = entries.map(([file]) => file);
  const observed = new Map(entries.map(([file, now]) => [file.path, now]));
  return makePlan({ commit: null, fingerprint: fingerprintOf(files), files, secrets: [] }, observed, owes);
}

describe('the plan for one file', () => {
  const absent: DesiredFile = { ...fpm, bytes: null };
  test.each<[string, DesiredFile, ObservedFile, string | null]>([
    ['equal', fpm, found('new'), null],
    ['missing', fpm, { kind: 'absent' }, 'create >f+++++++++ content'],
    ['a link', fpm, { kind: 'obstacle', type: 'symlink' }, 'create >f+++++++++ content'],
    ['other bytes of the same size', fpm, found('old'), 'replace >fc.T...... content'],
    ['other bytes of another size', fpm, found('older'), 'replace >fcsT...... content'],
    ['empty', fpm, found(''), 'replace >fcsT...... content'],
    ['another mode', fpm, found('new', { mode: 0o600 }), 'metadata .f...p..... null'],
    ['another owner', fpm, found('new', { uid: 1 }), 'metadata .f....o.... null'],
    ['another group', fpm, found('new', { gid: 1 }), 'metadata .f.....g... null'],
    [
      'other bytes and attributes',
      fpm,
      found('old', { mode: 0, uid: 1, gid: 1 }),
      'replace >fc.Tpog... content',
    ],
    ['there and shall not be', absent, found('old'), 'remove *deleting content'],
    ['missing and shall not be', absent, { kind: 'absent' }, null],
    ['a shell file with other bytes', shell, found('old'), 'replace >fc.T...... null'],
  ])('is right when it is %s', (_what, desired, now, expected) => {
    const made = plan([[desired, now]]);
    const text = made && `${made.changes[0]?.kind} ${made.changes[0]?.itemize} ${made.reload}`;
    expect(text).toBe(expected);
  });
});

describe('the plan for a host', () => {
  test('the php-fpm file is worked on first', () => {
    const made = plan([
      [shell, found('old')],
      [fpm, found('old')],
    ]);
    expect(made?.changes.map((change) => change.desired.target)).toEqual(['php-fpm', 'shell']);
  });

  test('an owed reload is a plan without a change', () => {
    expect(plan([[fpm, found('new')]], true)).toMatchObject({ changes: [], reload: 'owed' });
  });

  test('an owed reload goes together with a correction of modes', () => {
    expect(plan([[fpm, found('new', { mode: 0 })]], true)).toMatchObject({ reload: 'owed' });
  });

  test('new content outweighs what is owed', () => {
    expect(plan([[fpm, found('old')]], true)).toMatchObject({ reload: 'content' });
  });

  test('a path that was not observed is a bug', () => {
    expect(() =>
      makePlan({ commit: null, fingerprint: '', files: [fpm], secrets: [] }, new Map(), false),
    ).toThrow('/a.conf');
  });
});

describe('the fingerprint', () => {
  test('is the same whatever the order, path, mode and owner', () => {
    const moved = { ...fpm, path: '/elsewhere', mode: 0, uid: 9, gid: 9 };
    expect(fingerprintOf([shell, moved])).toBe(fingerprintOf([fpm, shell]));
  });

  test('tells bytes, targets, emptiness and absence apart', () => {
    const prints = [
      [fpm, shell],
      [fpm],
      [shell],
      [{ ...fpm, bytes: null }, shell],
      [{ ...fpm, bytes: Buffer.alloc(0) }, shell],
      [{ ...fpm, bytes: Buffer.from('other') }, shell],
      [
        { ...fpm, bytes: shell.bytes },
        { ...shell, bytes: Buffer.from('other') },
      ],
    ].map(fingerprintOf);
    expect(new Set(prints).size).toBe(prints.length);
    expect(prints[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});
