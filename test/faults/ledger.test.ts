import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileLedger } from '../../src/adapters/ledger.ts';
import { buildProgram, hasStrace, listMutatingCalls, runWithFault } from '../helpers/system-calls.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

if (!hasStrace) console.warn('SKIPPED: stopping a write of the ledger at every system call needs strace');

describe.skipIf(!hasStrace)('a host remembers the old state or the new one', { timeout: 300_000 }, () => {
  test.each(['signal=KILL', 'error=EIO'] as const)('after %s at any system call', (fault) => {
    const state = join(temporaryDirectory(), 'state');
    const program = buildProgram('write-ledger');
    write(program, state, 'old');
    const points = listMutatingCalls([program, state, 'new']);
    for (const point of points) {
      rmSync(state, { recursive: true });
      write(program, state, 'old');
      runWithFault([program, state, 'new'], point, fault);
      expect(['old', 'new'], `${point.call} ${point.when}`).toContain(remembered(state));
      write(program, state, 'new');
      expect(remembered(state)).toBe('new');
      expect(readdirSync(state).sort()).toEqual(['ledger.json', 'ledger.previous.json', 'store']);
      expect(readdirSync(join(state, 'store'))).toHaveLength(1);
    }
    console.info(`ledger: ${fault} at ${points.length} system calls`);
  });

  test('a first write that is killed is a first run again, or the whole write', () => {
    const state = join(temporaryDirectory(), 'state');
    const program = buildProgram('write-ledger');
    for (const point of listMutatingCalls([program, state, 'new'])) {
      rmSync(state, { recursive: true, force: true });
      runWithFault([program, state, 'new'], point, 'signal=KILL');
      const { lastGood, owed } = fileLedger(state).read();
      expect([undefined, 'new'], `${point.call} ${point.when}`).toContain(lastGood?.fingerprint);
      expect(owed, `${point.call} ${point.when}`).toBeNull();
    }
  });
});

function write(program: string, state: string, text: string): void {
  execFileSync(process.execPath, [program, state, text]);
}

/** The fingerprint that is remembered, proven by the bytes that it names. */
function remembered(state: string): string | null {
  const ledger = fileLedger(state);
  const lastGood = ledger.read().lastGood;
  const bytes = ledger.recall(lastGood?.files[0]?.sha256 ?? '');
  return bytes !== null && Buffer.from(bytes).toString() === lastGood?.fingerprint
    ? lastGood.fingerprint
    : null;
}
