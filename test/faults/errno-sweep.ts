import { readFileSync } from 'node:fs';
import type { Ended } from '../end-to-end/real-host.ts';
import { isLong } from './extent.ts';
import type { Observed } from './fault-host.ts';
import type { Rehearsed, Swept, Trial } from './sweep.ts';
import { checkRecovery, choose, sweep, tell } from './sweep.ts';
import type { Fault, Point } from './traced-program.ts';

const ERRORS: readonly Fault[] = ['EIO', 'ENOSPC', 'EROFS', 'EDQUOT', 'EMFILE'];
const EXIT_CODES = new URL('../../docs/exit-codes.md', import.meta.url);

interface Broken {
  readonly point: Point;
  readonly fault: Fault;
}

/**
 * Lets each call of a run fail: in the long form with every error, in the short form with one, in turns. The run must end with a code of the table and leave whole files, and the next one must make it
 * good. A fault that could not be brought to its call is counted as missed.
 */
export async function sweepErrors(rehearsed: Rehearsed): Promise<Swept> {
  const { points } = rehearsed;
  const faults = choose(points, 4).flatMap((point, i) =>
    faultsAt(point, i, isLong).map((fault) => ({ point, fault })),
  );
  return await sweep(
    faults.map((broken) => ({
      where: `${broken.fault} at ${broken.point.name}`,
      run: () => tryFault(rehearsed, broken),
    })),
  );
}

/** A signal fails in other ways than a call on a disk. */
function faultsAt({ call }: Point, turn: number, isEach: boolean): readonly Fault[] {
  if (call === 'kill') return ['EPERM', 'ESRCH'];
  return isEach ? ERRORS : [ERRORS[turn % ERRORS.length] ?? 'EIO'];
}

async function tryFault(rehearsed: Rehearsed, { point, fault }: Broken): ReturnType<Trial['run']> {
  const { host, points } = rehearsed;
  await host.restore();
  const run = await host.runWithFault(point, fault);
  if (!run.isHit) return { isHit: false, complaints: [], reloads: null };
  const complaints = [...checkEnd(run, point), ...checkWhole(rehearsed, await host.observe())];
  const verdict = await checkRecovery(rehearsed, { point, points, isHit: true });
  return { ...verdict, isHit: true, complaints: [...complaints, ...verdict.complaints] };
}

/** A code of the table that is no bug; a failure in one line, with its code, unless that line is what cannot be written. */
function checkEnd(run: Ended, { output }: Point): readonly string[] {
  const { exit } = run;
  const stderr = run.stderr.replace(/^warning edit-lost .*\n/gm, '');
  const isListed = exit !== null && exit !== 1 && listedExitCodes().has(exit);
  const told = stderr.match(/\[[A-Z_]+\]$/gm)?.length ?? 0;
  const isClear = exit === 0 ? stderr === '' : told === 1 && !stderr.includes('\n    at ');
  return isListed && (isClear || output === 'stderr') ? [] : [`the run ended with ${tell(run)}`];
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
