import type { Ended } from '../end-to-end/real-host.ts';
import { sample } from './extent.ts';
import type { Observed } from './fault-host.ts';
import { FaultHost } from './fault-host.ts';
import type { Position, Prepared, Scenario } from './scenarios.ts';
import { isSignal } from './scenarios.ts';
import type { Point } from './traced-program.ts';

/** A scenario on a host of its own, saved right before its run, with every point of that run. */
export interface Rehearsed {
  readonly scenario: Scenario;
  readonly host: FaultHost;
  readonly points: readonly Point[];
  readonly prepared: Prepared;
  /** The host before the run, and after an undisturbed one. */
  readonly before: Observed;
  readonly after: Observed;
}

/** What came of one fault. */
export interface Verdict {
  /** What is wrong; empty: nothing. */
  readonly complaints: readonly string[];
  /** Null: not counted. */
  readonly reloads: number | null;
}

/** One point of a sweep. */
export interface Trial {
  /** For people: `killed at rename 2 (…)`. */
  readonly where: string;
  /** `isHit`: the fault struck where it was meant to. */
  readonly run: () => Promise<Verdict & { readonly isHit: boolean }>;
}

/** Prepares a scenario and lets it run once undisturbed, to learn its points and its end. `main`: see FaultHost. */
export async function rehearse(scenario: Scenario, main?: string): Promise<Rehearsed> {
  const host = await FaultHost.start(main);
  const prepared = await scenario.prepare(host);
  await host.save();
  const before = await host.observe();
  const { points } = await host.listPoints();
  if (prepared.nextTip !== undefined) {
    host.setTip(prepared.nextTip);
    await host.run();
  }
  const after = await host.observe();
  if (after.running !== scenario.running) throw new Error(`${scenario.name}: php-fpm runs ${after.running}`);
  return { scenario, host, points, prepared, before, after };
}

/** What a sweep over points gives: each failure with the name of its point. */
export interface Swept {
  readonly points: number;
  readonly failures: readonly string[];
  readonly reloads: readonly number[];
  /** How many faults struck another call than the one that was meant, which node makes at another time in each run. */
  readonly missed: number;
}

/** Kills a run before each of the points, lets the next run go on, and looks. */
export async function sweepKills(rehearsed: Rehearsed, points: readonly Point[]): Promise<Swept> {
  const { host } = rehearsed;
  const run = async (point: Point) => {
    await host.restore();
    const { isHit } = await host.runWithFault(point, 'KILL');
    return { ...(await checkRecovery(rehearsed, { point, points: rehearsed.points, isHit })), isHit };
  };
  return await sweep(points.map((point) => ({ where: `killed at ${point.name}`, run: () => run(point) })));
}

/** Tries each of them and collects what is wrong, so that all failures are seen at once. */
export async function sweep(trials: readonly Trial[]): Promise<Swept> {
  const failures: string[] = [];
  const reloads: number[] = [];
  let missed = 0;
  for (const { where, run } of trials) {
    try {
      const { complaints, isHit, reloads: count } = await run();
      if (count !== null) reloads.push(count);
      if (!isHit) missed++;
      if (complaints.length > 0) failures.push(`${where}: ${complaints.join('; ')}`);
    } catch (error) {
      failures.push(`${where}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { points: trials.length, failures, reloads, missed };
}

/**
 * The run after a fault must bring the host to its end: the right bytes, modes, owners and environment, exactly the
 * reloads that were needed, nothing owed and nothing left lying about. The one after it must have
 * nothing to do.
 */
export async function checkRecovery(rehearsed: Rehearsed, position: Position): Promise<Verdict> {
  const { host, scenario, prepared, after } = rehearsed;
  if (prepared.nextTip !== undefined) host.setTip(prepared.nextTip);
  const recovery = await host.run();
  const complaints = [
    ...(scenario.recovers.includes(recovery.exit ?? -1) ? [] : [`the next run ended with ${tell(recovery)}`]),
    ...compare(after, await host.observe()),
    ...left(host),
    ...(scenario.alsoWrong?.(host) ?? []),
  ];
  await host.waitForChildren().catch((error: Error) => complaints.push(error.message));
  complaints.push(...(await checkSettled(rehearsed)));
  const reloads = host.reloadsSince();
  const needed = scenario.reloads(position);
  if (needed !== null && reloads !== needed) complaints.push(`${reloads} reloads instead of ${needed}`);
  return { complaints, reloads };
}

function left(host: FaultHost): readonly string[] {
  const owed = host.owed();
  const leftovers = host.leftovers();
  return [
    ...(owed === null ? [] : [`owed ${JSON.stringify(owed) ?? 'nobody knows what: no ledger'}`]),
    ...(leftovers.length === 0 ? [] : [`left over: ${leftovers.join(', ')}`]),
  ];
}

async function checkSettled({ host, scenario }: Rehearsed): Promise<readonly string[]> {
  const identities = host.identities();
  const third = await host.run();
  const { exit, stdout } = scenario.settled;
  const isSilent = third.exit === exit && third.stdout === stdout && (exit !== 0 || third.stderr === '');
  const changed = host.identities().filter((identity) => !identities.includes(identity));
  return [
    ...(isSilent ? [] : [`the run after that ended with ${tell(third)}`]),
    ...(changed.length === 0 ? [] : [`the run after that changed ${changed.join(', ')}`]),
  ];
}

/** How a host differs from what it must be. */
function compare(expected: Observed, observed: Observed): readonly string[] {
  const files = observed.files.flatMap((file, i) =>
    file === expected.files[i] ? [] : [`file ${i + 1} is ${JSON.stringify(file)}`],
  );
  return observed.running === expected.running
    ? files
    : [...files, `php-fpm runs ${observed.running} instead of ${expected.running}`];
}

/** A run in a few words. */
export function tell({ exit, stdout, stderr }: Ended): string {
  return `exit ${exit}, ${JSON.stringify(stderr.trim() || stdout.trim())}`;
}

/** All points in the long form; `count` of them in the short one, and the signal in any case. */
export function choose(points: readonly Point[], count: number): readonly Point[] {
  const chosen = new Set([...sample(points, count), ...points.filter(isSignal)]);
  return points.filter((point) => chosen.has(point));
}
