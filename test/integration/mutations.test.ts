import { expect, test } from 'vitest';
import { makeRepositorySnapshot } from '../fixtures/repository.ts';
import { checkMutant } from '../helpers/check-mutant.ts';
import { Dice, mutate } from '../helpers/mutate-repository.ts';

test('500 damaged repositories end in complaints or files, each within a second', {
  timeout: 120_000,
}, () => {
  const dice = new Dice(20_261_122);
  const original = makeRepositorySnapshot();
  const bad: string[] = [];
  let refused = 0;
  for (let number = 0; number < 500; number++) {
    const mutant = mutate(original, dice);
    const { tookMs, errors, defect } = checkMutant(mutant);
    if (errors > 0) refused++;
    if (defect !== null || tookMs > 1000)
      bad.push(`${number}: ${Math.round(tookMs)} ms, ${mutant.deed}, ${defect}`);
  }
  expect(bad).toEqual([]);
  expect(refused).toBeGreaterThan(300);
});
