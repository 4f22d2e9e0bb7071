import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileLedger } from '../../src/adapters/ledger.ts';
import { buildProgram, hasStrace } from '../helpers/system-calls.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import type { TracedProgram } from './traced-program.ts';
import { listPoints, runWithFaultAt } from './traced-program.ts';

if (!hasStrace) console.warn('SKIPPED: stopping a write of the ledger at every system call needs strace');

describe.skipIf(!hasStrace)('a host remembers the old state or the new one', { timeout: 300_000 }, () => {
  test.each(['KILL', 'EIO'] as const)('after %s at any system call', async (fault) => {
    const state = join(temporaryDirectory(), 'state');
    const program = buildProgram('write-ledger');
    const traced = tracedWrite(program, state);
    const prepare = async () => {
      rmSync(state, { recursive: true, force: true });
      write(program, state, 'old');
    };
    await prepare();
    const { points } = await listPoints(traced);
    for (const point of points) {
      await prepare();
      await runWithFaultAt(traced, { point, fault }, prepare);
      expect(['old', 'new'], point.name).toContain(remembered(state));
      write(program, state, 'new');
      expect(remembered(state)).toBe('new');
      expect(readdirSync(state).sort()).toEqual(['ledger.json', 'ledger.previous.json', 'store']);
      expect(readdirSync(join(state, 'store'))).toHaveLength(1);
    }
    console.info(`ledger: ${fault} at ${points.length} system calls`);
  });

  test('a first write that is killed is a first run again, or the whole write', async () => {
    const state = join(temporaryDirectory(), 'state');
    const traced = tracedWrite(buildProgram('write-ledger'), state);
    const prepare = async () => rmSync(state, { recursive: true, force: true });
    const { points } = await listPoints(traced);
    for (const point of points) {
      await prepare();
      await runWithFaultAt(traced, { point, fault: 'KILL' }, prepare);
      const { lastGood, owed } = fileLedger(state).read();
      expect([undefined, 'new'], point.name).toContain(lastGood?.fingerprint);
      expect(owed, point.name).toBeNull();
    }
  });
});

/** Writes `new`; its outputs stand beside the program. */
function tracedWrite(program: string, state: string): TracedProgram {
  return { args: [program, state, 'new'], env: process.env, directory: dirname(program) };
}

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
