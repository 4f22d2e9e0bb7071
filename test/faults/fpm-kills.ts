import { setTimeout as sleep } from 'node:timers/promises';
import type { RealHost } from '../end-to-end/real-host.ts';
import { startAgain } from '../helpers/php-fpm-again.ts';
import { Random } from '../integration/exactness/random-values.ts';
import { countReloadSignals, findWrongSignalsOf, ledgerOf, rolledOut, valueInFiles } from './real-state.ts';
import type { TracedRun } from './traced-run.ts';
import { RunUnderWay } from './traced-run.ts';

/** A kill -9 by somebody else, so many milliseconds after the program has said that it is about to signal. */
export interface Kill {
  readonly victims: 'the master' | 'the master and its workers';
  readonly offsetMs: number;
}

/** What was seen of all kills. */
export interface KillFigures {
  readonly failures: readonly string[];
  readonly reloads: readonly number[];
  /** How many contents were held as suspect: killed after our signal. */
  readonly held: number;
}

const SPREAD_MS = 60;
/** Two clocks are compared, and a kill takes its time. */
const CLOCKS_MS = 3;

/** `count` moments, the same ones for the same seed; the victims take turns. */
export function drawKills(seed: number, count: number): readonly Kill[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, index) => ({
    victims: index % 2 === 0 ? 'the master' : 'the master and its workers',
    offsetMs: random.below(2 * SPREAD_MS + 1) - SPREAD_MS,
  }));
}

/** Plays one kill after the other on one host, each with a commit, a repair, a run that converges and a silent one. */
export async function sweepKills(kills: readonly Kill[]): Promise<KillFigures> {
  const host = await rolledOut();
  const leadMs = await measureLead(host);
  const failures: string[] = [];
  const reloads: number[] = [];
  let held = 0;
  for (const [index, kill] of kills.entries()) {
    const seen = host.php.reloadsSeen();
    const point = await playKill(host, { ...kill, leadMs, value: `value-${index}` });
    reloads.push(host.php.reloadsSeen() - seen);
    held += point.isHeld ? 1 : 0;
    const name = `${kill.victims}, ${kill.offsetMs} ms (${point.sinceSignalMs ?? 'no'} ms after a signal)`;
    failures.push(...point.failures.map((failure) => `${name}: ${failure}`));
  }
  return { failures, reloads, held };
}

/** Milliseconds from `rehearsed` to `reloading`. */
async function measureLead(host: RealHost): Promise<number> {
  const run = new RunUnderWay(host, null);
  await run.said('rehearsed');
  const start = performance.now();
  await run.said('reloading');
  const lead = performance.now() - start;
  await run.ended;
  return lead;
}

interface Play extends Kill {
  readonly leadMs: number;
  readonly value: string;
}

interface Point {
  readonly failures: readonly string[];
  readonly isHeld: boolean;
  readonly sinceSignalMs: number | null;
}

async function playKill(host: RealHost, play: Play): Promise<Point> {
  const before = valueInFiles(host);
  const heldBefore = ledgerOf(host).held.length;
  await host.commit({ 'env/common.yaml': `A: ${play.value}\n` });
  const { pid } = host.php;
  const run = new RunUnderWay(host, null);
  await run.said(play.offsetMs < 0 ? 'rehearsed' : 'reloading');
  await sleep(play.offsetMs < 0 ? Math.max(0, play.leadMs + play.offsetMs) : play.offsetMs);
  const killedAt = performance.timeOrigin + performance.now();
  process.kill(play.victims === 'the master' ? pid : -pid, 'SIGKILL');
  const ended = await run.ended;
  const sinceSignalMs = sinceFirstSignal(ended, killedAt);
  const isHeld = ledgerOf(host).held.length > heldBefore;
  const isOurDoing = sinceSignalMs !== null && sinceSignalMs > -CLOCKS_MS;
  const failures = [
    ...findWrongSignalsOf(host, ended, [pid]),
    ...differs('the exit code', ended.exit, [0, 17, 18, 19]),
    ...differs('the files', valueInFiles(host), [before, play.value]),
    ...differs('the signals', countReloadSignals(ended), [0, 1]),
    ...(isHeld && !isOurDoing ? [`blamed: ${ended.stderr}`] : []),
    ...(await repair(host, isHeld ? before : play.value)),
    ...(isHeld ? await takeBack(host, `${play.value}-again`) : []),
  ];
  return { failures, isHeld, sinceSignalMs };
}

/** Null when there was no signal. */
function sinceFirstSignal({ trace }: TracedRun, killedAt: number): number | null {
  const first = trace.signals.find(({ name }) => name === 'SIGUSR2');
  return first === undefined ? null : Math.round(killedAt - first.at * 1000);
}

/** Somebody ends what is left, starts php-fpm again, and the next run converges. */
async function repair(host: RealHost, value: string): Promise<readonly string[]> {
  await host.php.kill();
  await startAgain(host.php);
  const { exit, stderr } = host.once();
  return [...differs('the exit code after the repair', exit, [0, 16], stderr), ...(await rest(host, value))];
}

/** `git revert` is taken at once, and so is another commit. */
async function takeBack(host: RealHost, value: string): Promise<readonly string[]> {
  await host.revert();
  const reverted = host.once();
  await host.commit({ 'env/common.yaml': `A: ${value}\n` });
  const { exit, stdout, stderr } = host.once();
  return [
    ...differs('the exit code of the revert', reverted.exit, [0]),
    ...differs('the exit code of the next commit', exit, [0], stderr),
    ...differs('the news of the next commit', stdout.includes(value), [true]),
    ...(await rest(host, value)),
  ];
}

/** Files and php-fpm have the value, nothing is owed, and where nothing is held the next run is silent. */
async function rest(host: RealHost, value: string): Promise<readonly string[]> {
  const { exit, stdout, stderr } = host.once();
  return [
    ...differs('the files at rest', valueInFiles(host), [value]),
    ...differs('php-fpm', await host.ask('A'), [value]),
    ...differs('the debt', ledgerOf(host).owed, [null]),
    ...differs('the silent run', exit === 16 ? '' : stdout + stderr, ['']),
  ];
}

/** A sentence when a value is none of those that are allowed. */
function differs(what: string, found: unknown, allowed: readonly unknown[], more = ''): readonly string[] {
  if (allowed.includes(found)) return [];
  return [`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(allowed)} ${more}`];
}
