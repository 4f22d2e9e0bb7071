import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { RealHost } from '../end-to-end/real-host.ts';
import { startAgain } from '../helpers/php-fpm-again.ts';
import {
  countReloadSignals,
  expectConverged,
  expectFiles,
  expectNobodyBlamed,
  expectRightSignals,
  expectTakenBack,
  rolledOut,
} from './real-state.ts';
import { RunUnderWay, runTraced } from './traced-run.ts';

const HELD_UP_MS = 700;
const BROKEN = 'this is = not [ a line\n';

/** A stopped master is ill before anything is changed. */
export async function stoppedBefore(): Promise<void> {
  const host = await rolledOut();
  process.kill(host.php.pid, 'SIGSTOP');
  const run = await runTraced(host);
  process.kill(host.php.pid, 'SIGCONT');
  expect([run.exit, countReloadSignals(run)]).toEqual([19, 0]);
  expectFiles(host, 'one');
  expectNobodyBlamed(host);
  await expectConverged(host, 'two');
}

/** php-fpm was well when it was signalled and did not obey: the content is suspect. */
export async function stoppedBeforeSignal(): Promise<void> {
  const host = await rolledOut();
  const { pid } = host.php;
  const run = new RunUnderWay(host, { call: 'kill', ms: HELD_UP_MS });
  await run.atSignal();
  process.kill(pid, 'SIGSTOP');
  const ended = await run.ended;
  expectRightSignals(host, ended, [pid]);
  expect(ended.exit).toBe(18);
  expectFiles(host, 'one');
  process.kill(pid, 'SIGCONT');
  await expectTakenBack(host);
}

/** The signal goes nowhere, so the content cannot be the reason. */
export async function killedBeforeSignal(): Promise<void> {
  const host = await rolledOut();
  const run = new RunUnderWay(host, { call: 'kill', ms: HELD_UP_MS });
  const { pid } = host.php;
  await run.atSignal();
  await host.php.kill();
  const ended = await run.ended;
  expectRightSignals(host, ended, [pid]);
  expect([ended.exit, ended.stderr]).toEqual([18, expect.stringContaining('[SIGNAL_FAILED]')]);
  expectFiles(host, 'two');
  expectNobodyBlamed(host);
  await startAgain(host.php);
  await expectConverged(host, 'two');
}

/** The tree fails without us as well, so nothing is written. */
export async function foreignBefore(): Promise<void> {
  const host = await rolledOut();
  const foreign = foreignPath(host);
  writeFileSync(foreign, BROKEN);
  const run = await runTraced(host);
  expect([run.exit, countReloadSignals(run)]).toEqual([19, 0]);
  expectFiles(host, 'one');
  expectNobodyBlamed(host);
  rmSync(foreign);
  await expectConverged(host, 'two');
}

/** Our files are in place by then, and nobody is signalled. */
export async function foreignMeanwhile(): Promise<void> {
  const host = await rolledOut();
  const foreign = foreignPath(host);
  const run = new RunUnderWay(host, { call: 'rename', ms: 200, when: '1..3' });
  await run.said('rehearsed');
  writeFileSync(foreign, BROKEN);
  const ended = await run.ended;
  expect([ended.exit, countReloadSignals(ended)]).toEqual([18, 0]);
  expect(ended.stderr).toContain('[TREE_BROKEN]');
  expectFiles(host, 'two');
  expectNobodyBlamed(host);
  rmSync(foreign);
  await expectConverged(host, 'two');
}

/** php-fpm dies of what somebody else broke after our test, at our signal. */
export async function breakMainBeforeSignal(): Promise<void> {
  await dieOf((host) => host.php.configPath);
}

/** The same by a file that somebody else includes. */
export async function breakForeignBeforeSignal(): Promise<void> {
  await dieOf(foreignPath);
}

async function dieOf(pathOf: (host: RealHost) => string): Promise<void> {
  const host = await rolledOut();
  const { pid } = host.php;
  const path = pathOf(host);
  const good = existsSync(path) ? readFileSync(path) : null;
  const run = new RunUnderWay(host, { call: 'kill', ms: HELD_UP_MS });
  await run.atSignal();
  writeFileSync(path, `${good ?? ''}${BROKEN}`);
  const ended = await run.ended;
  expectRightSignals(host, ended, [pid]);
  expect([ended.exit, existsSync(`/proc/${pid}`)]).toEqual([18, false]);
  expectFiles(host, 'two');
  expectNobodyBlamed(host);
  const second = await runTraced(host);
  expect([second.exit, countReloadSignals(second)]).toEqual([18, 0]);
  expectNobodyBlamed(host);
  if (good === null) rmSync(path);
  else writeFileSync(path, good);
  await startAgain(host.php);
  await expectConverged(host, 'two');
}

function foreignPath(host: RealHost): string {
  return host.php.envPath.replace('juanpi_php_env', 'zz-foreign');
}
