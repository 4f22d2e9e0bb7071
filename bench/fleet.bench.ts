import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startDaemon } from '../test/end-to-end/real-daemon.ts';
import { RealHost } from '../test/end-to-end/real-host.ts';
import { findFreePort } from '../test/helpers/free-port.ts';
import { startGitHttp } from '../test/helpers/git-http-server.ts';
import type { TestPhpFpm } from '../test/helpers/php-fpm.ts';
import { startPhpFpm } from '../test/helpers/php-fpm.ts';
import { deliver, writeWebhookSecret } from './forge.ts';
import { startOldSystem } from './old-system.ts';
import { waitUntilServed } from './served.ts';

const HOSTS = Number(process.env.BENCH_HOSTS ?? 40);
const PUSHES = 5;
/** Events that are still in the old system's pipes come out within this time. */
const REST_MS = 5_000;

/** Each host is asked so often for its value: more often, the questions take the processors that the answers need. */
const LOOK_MS = 50;

/** One way to bring a value to all hosts. */
interface Fleet {
  readonly name: string;
  readonly phps: readonly TestPhpFpm[];
  roll(value: string): Promise<void>;
}

test(`one push to ${HOSTS} hosts, beside the old system`, async () => {
  const fleets = [await startNew(), await startOld()];
  for (const fleet of fleets) await measure(fleet, ['warm']);
  const values = Array.from({ length: PUSHES }, (_, i) => `value-${i}`);
  const figures = new Map<string, { readonly ms: number; readonly reloads: number }[]>();
  for (const value of values)
    for (const fleet of fleets)
      figures.set(fleet.name, [...(figures.get(fleet.name) ?? []), ...(await measure(fleet, [value]))]);
  for (const [name, rounds] of figures) {
    const times = rounds.map(({ ms }) => ms).sort((a, b) => a - b);
    const reloads = rounds.reduce((sum, round) => sum + round.reloads, 0) / (PUSHES * HOSTS);
    console.info(
      `${name.padEnd(10)} last host after ${times[times.length >>> 1]?.toFixed(0)} ms (median of ${PUSHES} pushes to ${HOSTS} hosts), ${reloads.toFixed(2)} reloads per host and push`,
    );
  }
  const ours = figures.get('reconcile') ?? [];
  expect(ours.map(({ reloads }) => reloads)).toEqual(ours.map(() => HOSTS));
});

async function measure(fleet: Fleet, values: readonly string[]) {
  const figures: { readonly ms: number; readonly reloads: number }[] = [];
  for (const value of values) {
    const before = countReloads(fleet);
    const startedAt = performance.now();
    await fleet.roll(value);
    await Promise.all(fleet.phps.map((php) => waitUntilServed(php, value, LOOK_MS)));
    const ms = performance.now() - startedAt;
    await sleep(REST_MS);
    figures.push({ ms, reloads: countReloads(fleet) - before });
  }
  return figures;
}

function countReloads({ phps }: Fleet): number {
  return phps.reduce((sum, php) => sum + php.reloadsSeen(), 0);
}

/** A daemon on each host; the forge tells each of them of a push. */
async function startNew(): Promise<Fleet> {
  const hosts: RealHost[] = [];
  for (let i = 0; i < HOSTS; i++) hosts.push(await RealHost.start());
  const [first] = hosts;
  if (first === undefined) throw new Error('a fleet has hosts');
  const server = await startGitHttp({ root: first.directory });
  const secret = writeWebhookSecret();
  const ports: number[] = [];
  for (const host of hosts) {
    const port = await findFreePort();
    ports.push(port);
    host.configure(
      `listen:\n  port: ${port}\nwebhook:\n  sender: github\n  secret_file: ${secret}\ncontrol:\n  socket: ${host.directory}/control/socket\n`,
      { url: server.urlOf(basename(first.bare)) },
    );
    await startDaemon(host);
  }
  return {
    name: 'reconcile',
    phps: hosts.map((host) => host.php),
    async roll(value) {
      const commit = await first.commit({ 'env/common.yaml': `A: ${value}\n` });
      await Promise.all(ports.map((port) => deliver(port, commit)));
    },
  };
}

async function startOld(): Promise<Fleet> {
  const phps: TestPhpFpm[] = [];
  for (let i = 0; i < HOSTS; i++) phps.push(await startPhpFpm());
  const file = await startOldSystem(phps);
  return { name: 'old system', phps, roll: async (value) => writeFileSync(file, `env["A"] = "${value}"\n`) };
}
