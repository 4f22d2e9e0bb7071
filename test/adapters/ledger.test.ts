import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fileLedger } from '../../src/adapters/ledger.ts';
import { EMPTY_RECORD } from '../../src/core/ledger-record.ts';
import { isRoot, temporaryDirectory } from '../helpers/temporary-directory.ts';

const empty = EMPTY_RECORD;
const unusable = expect.objectContaining({ code: 'STATE_UNUSABLE' });

function makeState(): string {
  return join(temporaryDirectory(), 'state');
}

describe('what is written is for our eyes only', () => {
  test('directories are 0700, files 0600', () => {
    const state = makeState();
    const sha256 = fileLedger(state).keep(Buffer.from('secret'));
    fileLedger(state).write(empty);
    const modes = ['', 'ledger.json', 'store', `store/${sha256}`].map(
      (name) => statSync(join(state, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o700, 0o600]);
  });

  test('reading makes nothing', () => {
    const state = makeState();
    fileLedger(state).read();
    fileLedger(state).recall('0'.repeat(64));
    fileLedger(state).prune([empty]);
    expect(() => statSync(state)).toThrow();
  });
});

describe('a record that is lost owes a reload', () => {
  test.skipIf(!isRoot)('when it belongs to somebody else', () => {
    const state = makeState();
    fileLedger(state).write(EMPTY_RECORD);
    chownSync(join(state, 'ledger.json'), 33, 33);
    expect(fileLedger(state).read().owed?.phase).toBe('unknown');
  });

  test('and reading it moves nothing', () => {
    const state = makeState();
    fileLedger(state).write(EMPTY_RECORD);
    writeFileSync(join(state, 'ledger.json'), 'damaged');
    fileLedger(state).read();
    expect(readdirSync(state)).toEqual(['ledger.json']);
  });

  test('when it is gone and kept bytes are still there', () => {
    const state = makeState();
    fileLedger(state).keep(Buffer.from('x'));
    fileLedger(state).write(empty);
    rmSync(join(state, 'ledger.json'));
    expect(fileLedger(state).read().owed?.phase).toBe('unknown');
  });

  test('when something else stands in its place, which is set aside', () => {
    const state = makeState();
    mkdirSync(join(state, 'ledger.json'), { recursive: true, mode: 0o700 });
    chmodSync(state, 0o700);
    expect(fileLedger(state).read().owed?.phase).toBe('unknown');
    fileLedger(state).write(empty);
    expect(readdirSync(state).sort()).toEqual(['ledger.damaged-1', 'ledger.json']);
  });

  test('and no more than five damaged ones are kept', () => {
    const state = makeState();
    for (let round = 0; round < 8; round++) {
      fileLedger(state).write(empty);
      writeFileSync(join(state, 'ledger.json'), `damaged ${round}`);
    }
    expect(readdirSync(state).filter((name) => name.includes('damaged'))).toHaveLength(5);
  });
});

describe('kept bytes that are damaged', () => {
  test('are null, and are mended by keeping them again', () => {
    const state = makeState();
    const sha256 = fileLedger(state).keep(Buffer.from('good'));
    writeFileSync(join(state, 'store', sha256), 'evil');
    expect(fileLedger(state).recall(sha256)).toBeNull();
    fileLedger(state).keep(Buffer.from('good'));
    expect(fileLedger(state).recall(sha256)?.toString()).toBe('good');
  });

  test('are never looked for outside the store', () => {
    const state = makeState();
    fileLedger(state).keep(Buffer.from('x'));
    expect(fileLedger(state).recall('../ledger.json')).toBeNull();
  });
});

test('a run that was killed between the two names of a record leaves nothing behind at the next write', () => {
  const state = makeState();
  fileLedger(state).write(empty);
  linkSync(join(state, 'ledger.json'), join(state, 'ledger.previous.json'));
  fileLedger(state).write({ ...empty, highWater: 'a' });
  expect(readdirSync(state).sort()).toEqual(['ledger.json', 'ledger.previous.json']);
});

test('pruning removes the temporaries of killed runs', () => {
  const state = makeState();
  fileLedger(state).keep(Buffer.from('x'));
  writeFileSync(join(state, '.ledger.json.0123456789abcdef.tmp'), '');
  writeFileSync(join(state, 'store', `.${'a'.repeat(64)}.0123456789abcdef.tmp`), '');
  fileLedger(state).write(empty);
  fileLedger(state).prune([empty]);
  expect(readdirSync(state).sort()).toEqual(['ledger.json', 'ledger.previous.json', 'store']);
  expect(readdirSync(join(state, 'store'))).toEqual([]);
});

describe('a state directory is unusable', () => {
  test.each<[string, (state: string) => void]>([
    ['that others can write to', (state) => chmodSync(state, 0o777)],
    ['that is a link', replaceByLink],
  ])('%s', (_what, spoil) => {
    const state = makeState();
    mkdirSync(state, { mode: 0o700 });
    spoil(state);
    expect(() => fileLedger(state).read()).toThrow(unusable);
    expect(() => fileLedger(state).write(empty)).toThrow(unusable);
    expect(() => fileLedger(state).keep(Buffer.from('x'))).toThrow(unusable);
  });

  test.skipIf(!isRoot)('of another user', () => {
    const state = makeState();
    mkdirSync(state, { mode: 0o700 });
    chownSync(state, 33, 33);
    expect(() => fileLedger(state).read()).toThrow(/belongs to user 33/);
  });

  test('whose parent is missing, which is never made', () => {
    expect(() => fileLedger(join(makeState(), 'deeper')).write(empty)).toThrow(/state does not exist/);
  });

  test.skipIf(!isRoot)('on a full disk, and the old record stays', () => {
    const state = makeState();
    mkdirSync(state, { mode: 0o700 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k,mode=700', 'tmpfs', state]);
    onTestFinished(() => void spawnSync('umount', [state]));
    fileLedger(state).write(empty);
    const highWater = 'x'.repeat(20_000);
    expect(() => fileLedger(state).write({ ...empty, highWater })).toThrow(/no space left on device/);
    expect(() => fileLedger(state).keep(Buffer.alloc(20_000))).toThrow(unusable);
    expect(fileLedger(state).read()).toEqual(empty);
  });
});

function replaceByLink(state: string): void {
  rmSync(state, { recursive: true });
  mkdirSync(`${state}.real`, { mode: 0o700 });
  symlinkSync(`${state}.real`, state);
}
