import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RealHost } from '../end-to-end/real-host.ts';
import { hasNginx, hasWrk, startNginx } from '../helpers/nginx.ts';
import type { LoadFigures } from '../helpers/wrk.ts';
import { startWrk } from '../helpers/wrk.ts';
import { isLong, report } from './extent.ts';

const canLoad = hasNginx && hasWrk;
if (!canLoad) console.warn('SKIPPED: reloads under load need nginx and wrk');

const RELOADS = isLong ? 50 : 6;
/** nginx writes 499 for the requests that are in flight when wrk ends. */
const CUT_BY_WRK = 499;
const CONNECTIONS = 10;

/** Two variables of one commit in one answer; the number of the commit stands at both ends of the first one. */
const SCRIPT = '<?php echo getenv("A", true), "|", getenv("B", true), "\\n";';
const valuesOf = (n: number): string => `A: v${n}-${'abcdefgh'.repeat(64)}-v${n}\nB: v${n}\n`;
const KNOWN = `(function()
  local first, middle, last, other = body:match('^v(%d+)%-([a-h]+)%-v(%d+)|v(%d+)\\n$')
  return first and #middle == 512 and first == last and first == other and tonumber(first) <= ${RELOADS} and first or nil
end)()`;

interface Loaded extends LoadFigures {
  readonly exits: readonly (number | null)[];
  readonly reloads: number;
  /** Neither 200 nor cut by the end of the load. */
  readonly failedAtNginx: number;
  readonly nginxErrors: number;
}

describe.skipIf(!canLoad)(`${RELOADS} reloads under load`, () => {
  test('lose no request where php-fpm waits for its workers, and no answer mixes two commits', async () => {
    const startedAt = performance.now();
    const seen = await reloadUnderLoad('10s');
    print('10s', seen, startedAt);
    const { exits, reloads, refused, socketErrors, mixed, failedAtNginx, nginxErrors } = seen;
    expect([new Set(exits), reloads]).toEqual([new Set([0]), RELOADS]);
    expect({ refused, socketErrors, mixed, failedAtNginx, nginxErrors }).toEqual({
      refused: 0,
      socketErrors: 0,
      mixed: 0,
      failedAtNginx: 0,
      nginxErrors: 0,
    });
    expect(seen.bodies).toBe(RELOADS + 1);
  });

  test('are proven with the default of 0 as well, at the price of some requests', async () => {
    const startedAt = performance.now();
    const seen = await reloadUnderLoad('0');
    print('0', seen, startedAt);
    // A worker that is ended in the middle of an answer gives a short one with status 200: its figure is stated.
    expect([new Set(seen.exits), seen.reloads]).toEqual([new Set([0]), RELOADS]);
  });
});

async function reloadUnderLoad(processControlTimeout: string): Promise<Loaded> {
  const host = await RealHost.start({ pools: [{ name: 'www', children: 5 }], processControlTimeout });
  const script = join(host.php.dir, 'value.php');
  writeFileSync(script, SCRIPT);
  await host.commit({ 'env/common.yaml': valuesOf(0) });
  expect(host.once().exit).toBe(0);
  const nginx = await startNginx(host.php.socket, script);
  const before = host.php.reloadsSeen();
  const endLoad = startWrk(nginx.url, KNOWN);
  const exits: (number | null)[] = [];
  for (let n = 1; n <= RELOADS; n++) {
    await host.commit({ 'env/common.yaml': valuesOf(n) });
    exits.push(await host.onceBeside());
  }
  const figures = await endLoad();
  await nginx.stop();
  const failed = [...nginx.statuses()].filter(([status]) => status !== 200);
  const cut = nginx.statuses().get(CUT_BY_WRK) ?? 0;
  expect(cut).toBeLessThanOrEqual(CONNECTIONS);
  return {
    ...figures,
    exits,
    reloads: host.php.reloadsSeen() - before,
    failedAtNginx: failed.reduce((sum, [, count]) => sum + count, 0) - cut,
    nginxErrors: nginx.errors().length,
  };
}

function print(timeout: string, seen: Loaded, startedAt: number): void {
  const { failedAtNginx, mixed } = seen;
  const isLossless = timeout !== '0';
  const failures =
    isLossless && failedAtNginx + mixed > 0 ? ['requests failed, or answers were strange'] : [];
  const name = `load, process_control_timeout=${timeout}`;
  report(name, { points: seen.exits.length, failures, reloads: [seen.reloads], startedAt });
  const lost = `${failedAtNginx} answered with an error, ${mixed} strange, ${seen.socketErrors} cut`;
  console.info(`faults: ${name}: ${seen.requests} requests, ${lost}, ${seen.bodies} different answers`);
}
