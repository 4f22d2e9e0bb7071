/**
 * Checks thousands of damaged repositories: `tsx scripts/sweep-mutations.ts [count] [seed]`. Every one must end in
 * complaints or in files, within a second, and leave no trace. Exit 1 when one does not.
 */
import { makeRepositorySnapshot } from '../test/fixtures/repository.ts';
import { checkMutant } from '../test/helpers/check-mutant.ts';
import { Dice, mutate } from '../test/helpers/mutate-repository.ts';

const LIMIT_MS = 1000;
const count = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));

const original = makeRepositorySnapshot();
const dice = new Dice(seed);
const started = performance.now();
const totals = { refused: 0, fine: 0, defects: 0, slow: 0 };
let slowest = { tookMs: 0, deed: '' };
for (let number = 0; number < count; number++) {
  const mutant = mutate(original, dice);
  const { tookMs, errors, defect } = checkMutant(mutant);
  if (errors > 0) totals.refused++;
  else totals.fine++;
  if (tookMs > slowest.tookMs) slowest = { tookMs, deed: mutant.deed };
  if (tookMs > LIMIT_MS) totals.slow++;
  if (defect !== null) totals.defects++;
  if (tookMs > LIMIT_MS || defect !== null) {
    console.log(
      `mutant ${number}: ${Math.round(tookMs)} ms, ${mutant.deed}${defect === null ? '' : `\n${defect}`}`,
    );
  }
}
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${count} mutants in ${seconds} s, seed ${seed}: ${totals.refused} refused, ${totals.fine} fine, ` +
    `${totals.defects} defects, ${totals.slow} over ${LIMIT_MS} ms; slowest ${Math.round(slowest.tookMs)} ms (${slowest.deed})`,
);
process.exitCode = totals.defects + totals.slow === 0 ? 0 : 1;
