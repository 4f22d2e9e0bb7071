import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { EMPTY_RECORD, salvageRecord } from '../../src/core/ledger-record.ts';
import type { LedgerRecord } from '../../src/core/types.ts';
import type { Ledger } from '../../src/ports.ts';

export interface LedgerWorld {
  readonly ledger: Ledger;
  /** The same memory in the eyes of another process. */
  reopen(): Ledger;
  /** The record, but nothing else, is damaged. */
  damage(): void;
}

const empty = EMPTY_RECORD;

/** A record with everything in it, whose last good state keeps bytes under this hash. */
export function fullRecord(sha256: string | null): LedgerRecord {
  const owner = { mode: 0o640, uid: 0, gid: 33 };
  const files = [
    { target: 'php-fpm', path: '/etc/php/a.conf', sha256, ...owner },
    { target: 'shell', path: '/etc/profile.d/a.sh', sha256: null, ...owner },
  ] as const;
  const commit = '0123456789abcdef0123456789abcdef01234567';
  return {
    schema: 1,
    lastGood: { fingerprint: 'f1', commit, files, secrets: ['PASSWORD'], incarnation: '7:8:6' },
    owed: {
      phase: 'installed',
      fingerprint: 'f2',
      commit: null,
      incarnation: '7:8:9',
      runs: 'unknown',
      attempts: 2,
    },
    held: [
      {
        fingerprint: 'f3',
        commit,
        reason: 'php-fpm died\n"ü"',
        at: '2026-01-02T03:04:05.000Z',
        tries: 1,
        until: '2026-01-02T03:14:05.000Z',
        basis: 'b',
      },
    ],
    highWater: commit,
    quiet: {
      version: '0.1.0',
      config: { path: '/etc/reconcile/config.yaml', sha256: 'c' },
      environment: 'e',
      textfile: '/var/lib/node-exporter/reconcile.prom',
      source: { gitdir: '/srv/env.git', ref: 'refs/heads/main', commit },
      files,
    },
    untold: [
      {
        target: 'shell',
        path: '/etc/profile.d/a.sh',
        sha256: 'b'.repeat(64),
        base: sha256,
        secrets: ['PASSWORD'],
        problem: null,
      },
    ],
  };
}

/** What the reconciler relies on, wherever the host's memory is kept. */
export function ledgerContract(name: string, makeWorld: () => LedgerWorld): void {
  describe(`${name} keeps the promises of a ledger`, () => {
    test('a host without a history reads an empty record', () => {
      expect(makeWorld().ledger.read()).toEqual(empty);
    });

    test('the last record written is the one that is read, by every process', () => {
      const { ledger, reopen } = makeWorld();
      ledger.write(empty);
      ledger.write(fullRecord(null));
      expect(ledger.read()).toEqual(fullRecord(null));
      expect(reopen().read()).toEqual(fullRecord(null));
    });

    test('bytes are kept under their sha256 and recalled by every process', () => {
      const { ledger, reopen } = makeWorld();
      const bytes = Buffer.from([0, 255, 10, 13]);
      const sha256 = ledger.keep(bytes);
      expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(ledger.keep(bytes)).toBe(sha256);
      expect(Buffer.from(reopen().recall(sha256) ?? [])).toEqual(bytes);
    });

    test('bytes that were never kept are null', () => {
      expect(makeWorld().ledger.recall('0'.repeat(64))).toBeNull();
    });

    test('pruning drops what the record does not name, and only that', () => {
      const { ledger } = makeWorld();
      const [named, unnamed] = [ledger.keep(Buffer.from('named')), ledger.keep(Buffer.from('unnamed'))];
      ledger.write(fullRecord(named));
      ledger.prune([fullRecord(named)]);
      expect(ledger.recall(named)).not.toBeNull();
      expect(ledger.recall(unnamed)).toBeNull();
      expect(ledger.read()).toEqual(fullRecord(named));
    });

    test('pruning a host without a history does nothing', () => {
      expect(() => makeWorld().ledger.prune([empty])).not.toThrow();
    });

    test('a damaged record owes a reload, every time it is read, until the next one is written', () => {
      const { ledger, reopen, damage } = makeWorld();
      const before = fullRecord(ledger.keep(Buffer.from('x')));
      ledger.write(before);
      ledger.write({ ...empty, highWater: 'newer' });
      damage();
      const lost = salvageRecord(before);
      expect(lost).toMatchObject({ owed: { phase: 'unknown' }, held: before.held, quiet: null });
      expect(ledger.read()).toEqual(lost);
      expect(reopen().read()).toEqual(lost);
      ledger.write(empty);
      expect(reopen().read()).toEqual(empty);
    });
  });
}
