import { copyFileSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { buildExecutable } from '../packaging/executable/build-executable.ts';
import type { NodeRelease } from '../scripts/node-versions.ts';
import { installNode } from '../scripts/node-versions.ts';
import { startDaemon } from '../test/end-to-end/real-daemon.ts';
import { RealHost } from '../test/end-to-end/real-host.ts';
import { MAIN } from '../test/helpers/built-program.ts';
import { findFreePort } from '../test/helpers/free-port.ts';
import { startGitHttp } from '../test/helpers/git-http-server.ts';
import { readMemoryKib } from '../test/helpers/process-memory.ts';
import { temporaryDirectory } from '../test/helpers/temporary-directory.ts';
import { writeWebhookSecret } from './forge.ts';
import { judge } from './targets.ts';

const RELEASES: readonly NodeRelease[] = ['x64-20', 'x64-22', 'x64-24'];
const POLL_SECONDS = 10;
/** Then the process of the first run has ended. */
const WARM_MS = 2 * 60_000;
const MINUTES = Number(process.env.BENCH_MINUTES ?? 10);
/** For what comes before and after. */
const MARGIN_MS = 10 * 60_000;
/** Of clock ticks in /proc: USER_HZ, which is 100 on Linux. */
const TICK_SECONDS = 1 / 100;
const MAX_RSS_MIB = 60;

interface IdleDaemon {
  readonly name: string;
  readonly pid: number;
}

test(
  'a daemon that has nothing to do takes little',
  async () => {
    const daemons: IdleDaemon[] = [];
    for (const release of RELEASES)
      daemons.push(
        await startIdle(`Node ${release.slice(4)}`, [join(installNode(release), 'bin/node'), MAIN]),
      );
    daemons.push(await startIdle('executable', [await copyExecutable()]));
    await sleep(WARM_MS);
    const before = daemons.map(({ pid }) => cpuSecondsOf(pid));
    await sleep(MINUTES * 60_000);
    const targets = daemons.map(({ name, pid }, i) => {
      const seconds = cpuSecondsOf(pid) - (before[i] ?? 0);
      const { rss, own } = memoryOf(pid);
      console.info(
        `${name}: ${rss.toFixed(1)} MiB, ${own.toFixed(1)} of them its own; ${seconds.toFixed(2)} s of CPU in ${MINUTES} minutes, ${((seconds / MINUTES) * 60).toFixed(1)} s an hour`,
      );
      return { what: `idle on ${name}, resident`, value: rss, limit: MAX_RSS_MIB, unit: 'MiB' };
    });
    judge(targets);
  },
  WARM_MS + MINUTES * 60_000 + MARGIN_MS,
);

/** A daemon with all that listens, which asks a server every ten seconds. */
async function startIdle(name: string, program: RealHost['program']): Promise<IdleDaemon> {
  const host = await RealHost.start();
  host.program = program;
  const server = await startGitHttp({ root: host.directory });
  const parts = [
    `listen: {port: ${await findFreePort()}}`,
    `webhook: {sender: github, secret_file: ${writeWebhookSecret()}}`,
    `schedule: {every_seconds: ${POLL_SECONDS}}`,
  ];
  host.configure(`${parts.join('\n')}\n`, { url: server.urlOf(basename(host.bare)) });
  const { pid } = await startDaemon(host);
  return { name, pid };
}

/** A file as it was just linked lies in large pages, of which each counts as a whole; hosts have a copy. */
async function copyExecutable(): Promise<string> {
  const copy = join(temporaryDirectory(), 'reconcile');
  copyFileSync(await buildExecutable('x64'), copy);
  return copy;
}

/** Of the process and of those that it has started and that are over. */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0); // utime, stime, cutime, cstime
  return ticks * TICK_SECONDS;
}

/** In MiB: what is resident, and what no other process of the same program shares. */
function memoryOf(pid: number) {
  return { rss: readMemoryKib(pid, 'VmRSS') / 1024, own: readMemoryKib(pid, 'RssAnon') / 1024 };
}
