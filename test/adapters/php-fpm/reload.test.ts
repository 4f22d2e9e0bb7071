import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { TestPhpFpm } from '../../helpers/php-fpm.ts';
import { startPhpFpm, waitFor } from '../../helpers/php-fpm.ts';
import { fileWith, inspectRunning, revisionOf, serviceOf } from './service-under-test.ts';

/** Puts a file in place as the program does: by rename. */
function install(fpm: TestPhpFpm, bytes: Buffer): Buffer {
  writeFileSync(`${fpm.envPath}.tmp`, bytes);
  renameSync(`${fpm.envPath}.tmp`, fpm.envPath);
  return bytes;
}

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

describe.each([
  ['foreground', false],
  ['daemonized', true],
])('a %s master', (_, daemonize) => {
  test('is reloaded once, and every worker has the new values when the reload is proven', async () => {
    const fpm = await startPhpFpm({ daemonize, envFile: String(fileWith(1)), processControlTimeout: '2s' });
    const service = serviceOf(fpm);
    const before = await inspectRunning(service);
    expect(before.pid).toBe(fpm.pid);
    const bytes = install(fpm, fileWith(2));
    const took = await elapsedMs(() => service.reload(before, bytes));
    console.info(`proven reload: ${Math.round(took)} ms`);
    expect(await fpm.ping()).toBe(revisionOf(2));
    expect(await fpm.ask(['N'])).toEqual(new Map([['N', '2']]));
    expect(fpm.reloadsSeen()).toBe(1);
    const after = await inspectRunning(service);
    expect(after.incarnation).not.toBe(before.incarnation);
    expect(after.pid === before.pid).toBe(!daemonize);
    expect(after.pid).toBe(fpm.pid);
  });

  test('is reloaded twenty times in a row without a lost one', async () => {
    const fpm = await startPhpFpm({ daemonize, envFile: String(fileWith(0)), processControlTimeout: '2s' });
    const service = serviceOf(fpm);
    for (let n = 1; n <= 20; n++) {
      const before = await inspectRunning(service);
      await service.reload(before, install(fpm, fileWith(n)));
      expect(await fpm.ask(['N'])).toEqual(new Map([['N', String(n)]]));
    }
    expect(fpm.reloadsSeen()).toBe(20);
  });

  test('that somebody else reloads at the same time ends with the new values', async () => {
    const fpm = await startPhpFpm({ daemonize, envFile: String(fileWith(1)), processControlTimeout: '2s' });
    const service = serviceOf(fpm);
    const before = await inspectRunning(service);
    process.kill(before.pid, 'SIGUSR2');
    await service.reload(before, install(fpm, fileWith(2)));
    expect(await fpm.ask(['N'])).toEqual(new Map([['N', '2']]));
  });
});

test('a quiet master keeps its incarnation', async () => {
  const service = serviceOf(await startPhpFpm());
  const first = await inspectRunning(service);
  expect(await inspectRunning(service)).toEqual(first);
});

test('a file that is included globally is proven in each of its pools', async () => {
  const pools = [{ name: 'www' }, { name: 'api' }, { name: 'other' }];
  const fpm = await startPhpFpm({ layout: 'global', pools, envFile: String(fileWith(1, ['www', 'api'])) });
  const service = serviceOf(fpm);
  const before = await inspectRunning(service);
  await service.reload(before, install(fpm, fileWith(2, ['www', 'api'])));
  expect(await fpm.ping('www')).toBe(revisionOf(2));
  expect(await fpm.ping('api')).toBe(revisionOf(2));
});

test.each([
  ['a pool without ping page', { pingPath: null }],
  ['an ondemand pool', { pm: 'ondemand' as const }],
  ['an ondemand pool without ping page', { pm: 'ondemand' as const, pingPath: null }],
])('%s is reloaded and proven', async (_, pool) => {
  const fpm = await startPhpFpm({ pools: [{ name: 'www', ...pool }], envFile: String(fileWith(1)) });
  const service = serviceOf(fpm);
  await service.reload(await inspectRunning(service), install(fpm, fileWith(2)));
  expect(await fpm.ask(['N'])).toEqual(new Map([['N', '2']]));
});

test('a reload after the file was removed is proven by any answer', async () => {
  const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
  const service = serviceOf(fpm);
  const before = await inspectRunning(service);
  rmSync(fpm.envPath);
  await service.reload(before, null);
  expect(await fpm.ask(['N'])).toEqual(new Map([['N', null]]));
});

test('a file that keeps the old revision is not taken for the new one', async () => {
  const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
  const service = serviceOf(fpm, { marginMs: 400 });
  const before = await inspectRunning(service);
  const failed = service.reload(before, fileWith(2));
  await expect(failed).rejects.toThrow('pool www still answers with another revision');
});

test('a slow request holds the proof up and is not lost', async () => {
  const fpm = await startPhpFpm({ envFile: String(fileWith(1)), processControlTimeout: '10s' });
  const service = serviceOf(fpm);
  const before = await inspectRunning(service);
  const slow = fpm.occupy(1200);
  await sleep(100); // the request must be in a worker; nothing tells from outside that it is
  const took = await elapsedMs(() => service.reload(before, install(fpm, fileWith(2))));
  expect(await slow).toBeGreaterThan(0);
  expect(took).toBeGreaterThan(800);
  expect(fpm.reloadsSeen()).toBe(1);
  expect(await fpm.ask(['N'])).toEqual(new Map([['N', '2']]));
});

describe('a reload is not proven', () => {
  test('when the new configuration ends the master: at once', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
    const service = serviceOf(fpm, { marginMs: 20_000 });
    const before = await inspectRunning(service);
    install(fpm, Buffer.from('env["A" = broken\n'));
    const took = await elapsedMs(() =>
      expect(service.reload(before, null)).rejects.toThrow('the master is gone'),
    );
    expect(took).toBeLessThan(3000);
    expect(await service.inspect()).toEqual({ kind: 'absent' });
  });

  test('when the master is killed while it waits for a slow request: at once', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)), processControlTimeout: '10s' });
    const service = serviceOf(fpm, { marginMs: 20_000 });
    const before = await inspectRunning(service);
    fpm.occupy(3000).catch(() => undefined);
    await sleep(100); // as above
    const reload = service.reload(before, install(fpm, fileWith(2)));
    const told = expect(reload).rejects.toMatchObject({ code: 'RELOAD_UNPROVEN' });
    await waitFor('the reload to begin', () => fpm.log().includes('Reloading in progress'));
    const took = await elapsedMs(() => {
      process.kill(before.pid, 'SIGKILL');
      return told;
    });
    expect(took).toBeLessThan(2000);
    expect((await service.inspect()).kind).toBe('orphaned');
  });

  test('when the master is stopped: at the deadline, with one signal waiting', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
    const service = serviceOf(fpm, { marginMs: 2500 });
    const before = await inspectRunning(service);
    process.kill(before.pid, 'SIGSTOP');
    const took = await elapsedMs(() =>
      expect(service.reload(before, install(fpm, fileWith(2)))).rejects.toThrow(/is stopped/),
    );
    expect(took).toBeGreaterThan(2400);
    process.kill(before.pid, 'SIGCONT');
    await waitFor('the reload', () => fpm.reloadsSeen() > 0);
    await service.prove(before.incarnation, fileWith(2));
    expect(fpm.reloadsSeen()).toBe(1);
  });

  test('when the master has gone before: nothing is signalled', async () => {
    const fpm = await startPhpFpm();
    const service = serviceOf(fpm);
    const before = await inspectRunning(service);
    await fpm.kill();
    await expect(service.reload(before, null)).rejects.toThrow(/master \d+ is gone$/);
  });
});

describe('a proof without a signal', () => {
  test('holds when somebody has reloaded since', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
    const service = serviceOf(fpm);
    const before = await inspectRunning(service);
    const bytes = install(fpm, fileWith(2));
    process.kill(before.pid, 'SIGUSR2');
    await service.prove(before.incarnation, bytes);
    await service.prove(null, bytes);
    expect(fpm.reloadsSeen()).toBe(1);
  });

  test('fails soon when nobody has', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
    const service = serviceOf(fpm);
    const before = await inspectRunning(service);
    const took = await elapsedMs(() =>
      expect(service.prove(before.incarnation, fileWith(1))).rejects.toMatchObject({
        code: 'RELOAD_UNPROVEN',
      }),
    );
    expect(took).toBeLessThan(2000);
    expect(fpm.reloadsSeen()).toBe(0);
  });
});

describe('a reload command', () => {
  test('stands for the signal and is proven like it', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
    const service = serviceOf(fpm, { reloadCommand: ['sh', '-c', `kill -USR2 $(cat ${fpm.pidPath})`] });
    await service.reload(await inspectRunning(service), install(fpm, fileWith(2)));
    expect(await fpm.ping()).toBe(revisionOf(2));
  });

  test('may stop and start php-fpm', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)), daemonize: true });
    const restart = `kill -TERM $(cat ${fpm.pidPath}); while [ -e ${fpm.pidPath} ]; do sleep 0.01; done
      exec ${fpm.binary} -n -D -y ${fpm.configPath}`;
    const service = serviceOf(fpm, { reloadCommand: ['sh', '-c', restart] });
    await service.reload(await inspectRunning(service), install(fpm, fileWith(2)));
    expect(await fpm.ping()).toBe(revisionOf(2));
  });

  test('that fails leaves the reload unproven', async () => {
    const service = serviceOf(await startPhpFpm(), { reloadCommand: ['sh', '-c', 'echo hunter2; exit 3'] });
    const failed = service.reload(await inspectRunning(service), null);
    await expect(failed).rejects.toThrow(
      /^the reload of php-fpm is not proven: the reload command ended with 3$/,
    );
  });
});

test('a start command brings php-fpm back', async () => {
  const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
  const service = serviceOf(fpm, { startCommand: [fpm.binary, '-n', '-D', '-y', fpm.configPath] });
  process.kill(fpm.pid, 'SIGTERM');
  await waitFor('php-fpm to end', async () => (await service.inspect()).kind === 'absent');
  await service.revive();
  expect((await inspectRunning(service)).pid).toBe(fpm.pid);
});
