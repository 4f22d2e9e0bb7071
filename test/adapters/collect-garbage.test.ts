import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { buildProgram } from '../helpers/system-calls.ts';

test('what is not used any more is given back, and nothing stays of the collecting itself', () => {
  const text = execFileSync(process.execPath, [buildProgram('collect-garbage')], { encoding: 'utf8' });
  const { before, full, after } = JSON.parse(text);
  expect(full - before).toBeGreaterThan(5_000_000);
  expect(after - before).toBeLessThan(1_000_000);
});
