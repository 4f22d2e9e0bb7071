import { expect, test } from 'vitest';
import { findPhpFpm } from '../../scripts/find-php-fpm.ts';
import { sweep } from './exactness/sweep.ts';

test('2,000 random values arrive byte for byte in php-fpm and five shells, or are refused by their rule', async () => {
  const phpFpm = findPhpFpm(process.env.PATH ?? '');
  const report = await sweep({ phpFpm, seed: 20_260, values: 2_000 });
  expect(report.mismatches).toEqual([]);
  expect(Math.min(...report.compared.values())).toBeGreaterThan(1_000);
});
