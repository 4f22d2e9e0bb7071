/**
 * The promise that every value arrives byte for byte, tried with 100,000 random and adversarial values.
 * `npm run test:exact -- [values] [seed]`; ends with 1 on any mismatch.
 */
import { sweep } from '../test/integration/exactness/sweep.ts';
import { findPhpFpm } from './find-php-fpm.ts';
import { searchPath } from './search-path.ts';

const [values = 100_000, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
process.env.PATH = searchPath();
const phpFpm = findPhpFpm(process.env.PATH);
const start = performance.now();
const report = await sweep({ phpFpm, seed, values });

console.log(`seed ${seed}: ${report.values} values in ${((performance.now() - start) / 1000).toFixed(1)} s`);
for (const [rule, count] of report.refused) console.log(`  refused  ${String(count).padStart(7)}  ${rule}`);
for (const [consumer, count] of report.compared) {
  const wrong = report.mismatches.filter((line) => line.startsWith(`${consumer}: `)).length;
  console.log(`  equal    ${String(count - wrong).padStart(7)}  ${consumer} (${wrong} mismatches)`);
}
for (const line of report.mismatches.slice(0, 20)) console.log(`  MISMATCH ${line}`);
console.log(`${report.mismatches.length} mismatches`);
process.exitCode = report.mismatches.length === 0 ? 0 : 1;
