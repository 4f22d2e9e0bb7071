import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Ended } from '../end-to-end/real-host.ts';
import { hasStrace } from '../helpers/system-calls.ts';
import { isLong, report } from './extent.ts';
import type { Observed } from './fault-host.ts';
import type { Scenario } from './scenarios.ts';
import { bad, firstRun, good } from './scenarios.ts';
import type { Attempt, Rehearsed } from './sweep.ts';
import { checkRecovery, choose, rehearse, sweep, tell } from './sweep.ts';
import type { Fault, Point } from './traced-program.ts';

const ERRORS: readonly Fault[] = ['ENOSPC', 'EROFS', 'EDQUOT', 'EMFILE'];
const EXIT_CODES = new URL('../../docs/exit-codes.md', import.meta.url);

interface Broken {
  readonly point: Point;
  readonly fault: Fault;
}

if (!hasStrace) console.warn('SKIPPED: failing every system call of a run needs strace');

describe.skipIf(!hasStrace)(
  'a run in which any system call fails says so, and the next one makes it good',
  () => {
    test.each([good, firstRun, bad])('$name', async (scenario: Scenario) => {
      const startedAt = performance.now();
      const rehearsed = await rehearse(scenario);
      const swept = await sweep(faultsOf(rehearsed), (broken) => tryFault(rehearsed, broken));
      report(`errno, ${scenario.name} (${swept.missed} not reached)`, { ...swept, startedAt });
      expect(swept.failures).toEqual([]);
    });
  },
);

/** EIO at every call and one other error in turn; what a signal can fail with is something else. */
function faultsOf({ points }: Rehearsed): readonly Broken[] {
  return choose(points, 4).flatMap((point, i): readonly Broken[] => {
    const others: readonly Fault[] = ['EIO', ERRORS[i % ERRORS.length] ?? 'ENOSPC'];
    const faults: readonly Fault[] = point.call === 'kill' ? ['EPERM', 'ESRCH'] : others;
    return (isLong ? faults : faults.slice(i % 2, (i % 2) + 1)).map((fault) => ({ point, fault }));
  });
}

async function tryFault(rehearsed: Rehearsed, { point, fault }: Broken): Promise<Attempt> {
  const { host, points } = rehearsed;
  await host.restore();
  const run = await host.runWithFault(point, fault);
  const where = `${fault} at ${point.name}`;
  if (!run.isHit) return { where, isHit: false, complaints: [], reloads: null };
  const complaints = [...checkEnd(run), ...checkWhole(rehearsed, await host.observe())];
  const verdict = await checkRecovery(rehearsed, { point, points });
  return { ...verdict, where, isHit: true, complaints: [...complaints, ...verdict.complaints] };
}

/** A code of the table that is no bug; a failure in one line, with its code. */
function checkEnd(run: Ended): readonly string[] {
  const { exit, stderr } = run;
  const isListed = exit !== null && exit !== 1 && listedExitCodes().has(exit);
  const told = stderr.match(/\[[A-Z_]+\]$/gm)?.length ?? 0;
  const isClear = exit === 0 ? stderr === '' : told === 1 && !stderr.includes('\n    at ');
  return isListed && isClear ? [] : [`the run ended with ${tell(run)}`];
}

function listedExitCodes(): ReadonlySet<number> {
  const rows = readFileSync(EXIT_CODES, 'utf8').matchAll(/^\| (\d+) \|/gm);
  return new Set([...rows].map(([, code]) => Number(code)));
}

/** Each file is the whole old or the whole new one, and php-fpm answers with one of them. */
function checkWhole({ before, after, prepared }: Rehearsed, { files, running }: Observed): readonly string[] {
  const torn = files.filter(
    (file, i) => ![before.files[i], after.files[i], prepared.inBetween?.[i]].includes(file),
  );
  const values = [before.running, after.running, ...(prepared.inBetween === undefined ? [] : ['bad'])];
  return [
    ...torn.map((file) => `neither old nor new: ${JSON.stringify(file)}`),
    ...(values.includes(running) ? [] : [`php-fpm runs ${running}`]),
  ];
}
