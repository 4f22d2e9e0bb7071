import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileLedger } from '../../src/adapters/ledger.ts';
import { maskKey } from '../../src/adapters/mask-key.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

test('a host has one key of 32 bytes for ever, which only we can read', () => {
  const state = join(temporaryDirectory(), 'state');
  const key = maskKey(state);
  expect(key).toHaveLength(32);
  expect(maskKey(state)).toEqual(key);
  expect(statSync(join(state, 'mask.key')).mode & 0o777).toBe(0o600);
  expect(readdirSync(state)).toEqual(['mask.key']);
});

test('two hosts have different keys', () => {
  expect(maskKey(join(temporaryDirectory(), 'a'))).not.toEqual(maskKey(join(temporaryDirectory(), 'b')));
});

test('a damaged key is made anew', () => {
  const state = join(temporaryDirectory(), 'state');
  maskKey(state);
  writeFileSync(join(state, 'mask.key'), 'short');
  expect(maskKey(state)).toHaveLength(32);
  expect(maskKey(state)).toEqual(maskKey(state));
});

test('a key alone is no trace of a lost record', () => {
  const state = join(temporaryDirectory(), 'state');
  maskKey(state);
  expect(fileLedger(state).read().owed).toBeNull();
});
