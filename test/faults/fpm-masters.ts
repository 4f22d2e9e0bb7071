import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { readChildren } from '../../src/adapters/process-table.ts';
import { RealHost } from '../end-to-end/real-host.ts';
import { startAgain } from '../helpers/php-fpm-again.ts';
import { waitFor } from '../helpers/wait-for.ts';
import {
  countReloadSignals,
  expectAtRest,
  expectConverged,
  expectFiles,
  expectNobodyBlamed,
  expectRightSignals,
  rolledOut,
} from './real-state.ts';
import { runTraced } from './traced-run.ts';

/** Files without a php-fpm are simply right; php-fpm reads them when it starts. */
export async function neverStarted(): Promise<void> {
  const host = await RealHost.start();
  await host.php.kill();
  const run = await runTraced(host);
  expect([run.exit, countReloadSignals(run)]).toEqual([0, 0]);
  expectRightSignals(host, run, []);
  expectNobodyBlamed(host);
  await startAgain(host.php);
  await expectConverged(host, 'one');
}

/** The same after a first commit. */
export async function killedLongBefore(): Promise<void> {
  const host = await rolledOut();
  await host.php.kill();
  const run = await runTraced(host);
  expect([run.exit, countReloadSignals(run)]).toEqual([0, 0]);
  expectNobodyBlamed(host);
  await startAgain(host.php);
  await expectConverged(host, 'two');
}

/** A dead php-fpm, and a pid file with the pid of somebody else. */
export async function stalePidFile(): Promise<void> {
  const host = await rolledOut();
  await host.php.kill();
  const stranger = startStranger();
  writeFileSync(host.php.pidPath, String(stranger.pid));
  const run = await runTraced(host);
  expect([run.exit, run.trace.signals.filter(({ pid }) => pid === stranger.pid)]).toEqual([0, []]);
  expectRightSignals(host, run, []);
  expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
  await startAgain(host.php);
  await expectConverged(host, 'two');
}

/** A living php-fpm whose pid file names somebody else. */
export async function wrongPidFile(): Promise<void> {
  const host = await rolledOut();
  const { pid } = host.php;
  const stranger = startStranger();
  writeFileSync(host.php.pidPath, String(stranger.pid));
  const run = await runTraced(host);
  expect([run.exit, countReloadSignals(run)]).toEqual([0, 1]);
  expectRightSignals(host, run, [pid]);
  expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
  await expectAtRest(host, 'two');
}

/** Three commits in a row, each with another master. */
export async function daemonized(): Promise<void> {
  const host = await rolledOut({ daemonize: true });
  const pids = new Set([host.php.pid]);
  for (const value of ['two', 'three', 'four']) {
    await host.commit({ 'env/common.yaml': `A: ${value}\n` });
    const master = host.php.pid;
    const run = await runTraced(host);
    expect(run.exit).toBe(0);
    expectRightSignals(host, run, [master, host.php.pid]);
    await expectAtRest(host, value);
    pids.add(host.php.pid);
  }
  expect(pids.size).toBe(4);
}

/** They answer with the old values: nothing is written until somebody ends them. */
export async function orphans(): Promise<void> {
  const host = await rolledOut();
  const workers = readChildren(host.php.pid);
  process.kill(host.php.pid, 'SIGKILL');
  await waitFor('the master to end', () => !existsSync(`/proc/${host.php.pid}`));
  const run = await runTraced(host);
  expect([run.exit, run.stderr]).toEqual([19, expect.stringContaining('[SERVICE_ORPHANED]')]);
  expectRightSignals(host, run, []);
  expect(workers.map((pid) => existsSync(`/proc/${pid}`))).toEqual(workers.map(() => true));
  expectFiles(host, 'one');
  expectNobodyBlamed(host);
  await host.php.kill();
  await startAgain(host.php);
  await expectConverged(host, 'two');
}

/** It ends well, and the run waits for it. */
export async function slowRequest(): Promise<void> {
  const host = await rolledOut({ processControlTimeout: '10s' });
  const slow = host.php.occupy(2500);
  await sleep(100); // the request must be in a worker; nothing tells from outside that it is
  let isServed = false;
  slow.then(() => {
    isServed = true;
  });
  const run = await runTraced(host);
  expect([run.exit, countReloadSignals(run), isServed]).toEqual([0, 1, true]);
  expect(await slow).toBeGreaterThan(0);
  expectRightSignals(host, run);
  await expectAtRest(host, 'two');
}

/** Another installation, and another configuration with the same pool in the same directory. */
export async function twoMasters(): Promise<void> {
  const [host, other] = [await rolledOut(), await rolledOut()];
  const copy = `${host.php.dir}/other.conf`;
  const text = readFileSync(host.php.configPath, 'utf8');
  writeFileSync(copy, text.replaceAll('www.sock', 'other.sock').replaceAll('fpm.pid', 'other.pid'));
  const sister = await startAgain(host.php, copy);
  const generation = readChildren(sister);
  const run = await runTraced(host);
  expect([run.exit, countReloadSignals(run), other.php.reloadsSeen()]).toEqual([0, 1, 1]);
  expectRightSignals(host, run);
  expect(readChildren(sister)).toEqual(generation);
  await expectAtRest(host, 'two');
  expect([await other.ask('A'), other.php.reloadsSeen()]).toEqual(['one', 1]);
}

/** Nobody can tell which of them is meant. */
export async function twoOfOne(): Promise<void> {
  const host = await rolledOut();
  const first = host.php.pid;
  rmSync(host.php.socket); // php-fpm refuses to start where somebody answers
  const second = await startAgain(host.php);
  rmSync(host.php.pidPath); // it would tell which of them is meant
  const run = await runTraced(host);
  expect([run.exit, countReloadSignals(run)]).toEqual([19, 0]);
  expect(run.stderr).toContain(`several php-fpm masters run ${host.php.configPath}`);
  expectRightSignals(host, run, []);
  expectFiles(host, 'one');
  for (const pid of [first, second]) process.kill(pid, 'SIGQUIT');
  await host.php.kill();
  await startAgain(host.php);
  await expectConverged(host, 'two');
}

/** SIGUSR2 would end it. */
function startStranger() {
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void stranger.kill('SIGKILL'));
  return stranger;
}
