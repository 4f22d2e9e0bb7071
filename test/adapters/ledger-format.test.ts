import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatLedger, parseLedger } from '../../src/adapters/ledger-format.ts';
import type { LedgerRecord } from '../../src/core/types.ts';
import { fullRecord } from '../contracts/ledger.contract.ts';

const full = fullRecord('a'.repeat(64));
const text = formatLedger(full);

test('a record is read back as it was written', () => {
  expect(parseLedger(text)).toEqual(full);
});

test('any record is read back as it was written', () => {
  const words = fc.string({ unit: 'binary', maxLength: 20 });
  const times = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  const held = fc.record({
    fingerprint: words,
    commit: fc.option(words),
    reason: words,
    at: times,
    tries: fc.nat(),
    until: fc.option(times),
    basis: words,
  });
  fc.assert(
    fc.property(fc.array(held), fc.option(words), (entries, incarnation) => {
      const owed = { phase: 'restoring', fingerprint: null, commit: null, incarnation } as const;
      const debt = { ...owed, runs: 'last-good', attempts: 3 } as const;
      const record: LedgerRecord = { ...full, held: entries, owed: debt };
      expect(parseLedger(formatLedger(record))).toEqual(record);
    }),
  );
});

test('every shorter text is damaged', () => {
  for (let length = 0; length < text.length; length++) expect(parseLedger(text.slice(0, length))).toBeNull();
});

test('every changed byte is damage', () => {
  for (let place = 0; place < text.length; place++) {
    const changed = String.fromCharCode(text.charCodeAt(place) ^ 1);
    expect(parseLedger(text.slice(0, place) + changed + text.slice(place + 1)), `byte ${place}`).toBeNull();
  }
});

describe('a right checksum over another shape is damaged too', () => {
  test.each<[string, unknown]>([
    ['no object', []],
    ['another schema', { ...full, schema: 2 }],
    ['a missing field', { ...full, held: undefined }],
    ['an unknown phase', { ...full, owed: { ...full.owed, phase: 'done' } }],
    ['a hash that is none', fullRecord('../../etc/passwd')],
    ['a mode that is no number', withFile({ mode: '644' })],
    ['a negative owner', withFile({ uid: -1 })],
    ['an unknown target', withFile({ target: 'apache' })],
    ['a held entry without a reason', withHeld({ reason: undefined })],
    ['a time that is none', withHeld({ until: 'tomorrow' })],
    ['a debt without a count', { ...full, owed: { ...full.owed, attempts: undefined } }],
    ['a quiet record without a source', { ...full, quiet: { ...full.quiet, source: undefined } }],
  ])('%s', (_what, value) => {
    expect(parseLedger(sealed(JSON.stringify(value)))).toBeNull();
  });

  test('text that is no JSON', () => {
    expect(parseLedger(sealed('{'))).toBeNull();
  });
});

test('a field of a newer program is no damage', () => {
  expect(parseLedger(sealed(JSON.stringify({ ...full, paused: null })))).toMatchObject(full);
});

test('a record from before there was a textfile is no damage', () => {
  const older = { ...full, quiet: { ...full.quiet, textfile: undefined } };
  expect(parseLedger(sealed(JSON.stringify(older)))).toMatchObject({ quiet: { environment: 'e' } });
});

function withFile(changed: Readonly<Record<string, unknown>>): unknown {
  const files = full.lastGood?.files.map((file) => ({ ...file, ...changed }));
  return { ...full, lastGood: { ...full.lastGood, files } };
}

function withHeld(changed: Readonly<Record<string, unknown>>): unknown {
  return { ...full, held: full.held.map((held) => ({ ...held, ...changed })) };
}

function sealed(body: string): string {
  return `${createHash('sha256').update(body).digest('hex')}\n${body}`;
}
