import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RealHost } from '../end-to-end/real-host.ts';
import { isRoot } from '../helpers/temporary-directory.ts';
import { isLong, report } from './extent.ts';
import { fightForLock } from './lock-fight.ts';

const SEED = 20_262;
const NOBODY = 65_534;

if (!isRoot) console.warn('SKIPPED: a squatter of another uid needs root');

test('eight workers that are killed and stopped never hold the lock two at a time', async () => {
  const startedAt = performance.now();
  const fight = await fightForLock({ workers: 8, ms: isLong ? 20_000 : 3000, seed: SEED });
  const { acquisitions, kills, killedHolders, stops, failures } = fight;
  report('locks', { points: acquisitions, failures, reloads: [], startedAt });
  const deaths = `${kills} SIGKILL (${killedHolders} of a holder)`;
  console.info(
    `faults: locks: ${acquisitions} acquisitions, ${deaths}, ${stops} SIGSTOP, ${failures.length} double holders`,
  );
  expect(failures).toEqual([]);
  expect(acquisitions).toBeGreaterThan(8);
});

test('four runs at once on one commit are one reload', async () => {
  const host = await RealHost.start();
  expect(host.once().exit).toBe(0);
  await host.commit({ 'env/common.yaml': 'A: two\n' });
  const exits = await Promise.all(Array.from({ length: 4 }, () => host.onceBeside()));
  expect(exits).toEqual([0, 0, 0, 0]);
  expect([await host.ask('A'), host.php.reloadsSeen()]).toEqual(['two', 2]);
  expect(host.once()).toEqual({ exit: 0, stdout: '', stderr: '' });
});

describe.skipIf(!isRoot)('a squatter without privileges', () => {
  test('can neither open nor lock the file of a host that has run', async () => {
    const host = await RealHost.start();
    expect(host.once().exit).toBe(0);
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    const lock = join(host.directory, 'var/run/lock');
    for (const way of [`exec 3<${lock}`, `exec 3>>${lock}`, `flock -n ${lock} true`])
      expect([way, asNobody(way)]).not.toEqual([way, 0]);
    expect(host.once().exit).toBe(0);
    expect(await host.ask('A')).toBe('two');
  });

  test.each([
    ['a directory of his own with a lock that he holds', 'mkdir run; exec 3>run/lock; flock -n 3'],
    ['a link in the place of the directory', 'ln -s /etc run'],
    ['a link to a directory of his own', 'mkdir own; ln -s own run'],
    ['a file in the place of the directory', 'touch run'],
  ])('who makes %s first is refused at once', async (_what, deed) => {
    const { host, place } = await hostWithOpenPlace();
    expect(asNobody(`cd ${place} && ${deed}`)).toBe(0);
    await expectRefused(host);
  });

  test('who puts a lock file into a directory that all may write to is refused at once', async () => {
    const { host, place } = await hostWithOpenPlace();
    mkdirSync(join(place, 'run'));
    chmodSync(join(place, 'run'), 0o1777);
    expect(asNobody(`cd ${place}/run && ln -s ../victim lock && touch ../victim`)).toBe(0);
    await expectRefused(host);
    expect(readFileSync(join(place, 'victim'), 'utf8')).toBe('');
  });
});

/** The lock shall be in `place/run`, and everybody may write to `place`, as to /tmp. */
async function hostWithOpenPlace() {
  const host = await RealHost.start();
  const place = join(host.directory, 'open');
  mkdirSync(place);
  chmodSync(place, 0o1777);
  const text = readFileSync(host.config, 'utf8');
  writeFileSync(host.config, text.replace(/^lock: .*$/m, `lock: ${place}/run/lock`));
  return { host, place };
}

/** Never waits, never follows a link, writes nothing, and says what is wrong. */
async function expectRefused(host: RealHost): Promise<void> {
  const etc = readdirSync('/etc').sort();
  const { exit, stdout, stderr } = host.once();
  expect([exit, stdout]).toEqual([19, '']);
  expect(stderr).toContain('[STATE_UNUSABLE]');
  expect([await host.ask('A'), host.php.reloadsSeen()]).toEqual([null, 0]);
  expect(readdirSync('/etc').sort()).toEqual(etc);
}

function asNobody(command: string): number | null {
  return spawnSync('sh', ['-c', command], { uid: NOBODY, gid: NOBODY, stdio: 'ignore' }).status;
}
