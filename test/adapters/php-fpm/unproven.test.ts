import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startPhpFpm } from '../../helpers/php-fpm.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { elapsedMs, fileWith, inspectRunning, install, serviceOf } from './service-under-test.ts';

describe('a reload is not proven', () => {
  test('when php-fpm cannot start again although its configuration passes -t: at once', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
    const service = serviceOf(fpm, { marginMs: 20_000 });
    const before = await inspectRunning(service);
    install(fpm, Buffer.from('user = root\n')); // -t passes, the start fails
    const took = await elapsedMs(() =>
      expect(service.reload(before, null)).rejects.toThrow('the master is gone'),
    );
    expect(took).toBeLessThan(3000);
    expect(await service.inspect()).toEqual({ kind: 'absent' });
  });

  test('when the configuration was broken meanwhile, and then it is not the content', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
    const service = serviceOf(fpm, { marginMs: 20_000 });
    const before = await inspectRunning(service);
    install(fpm, Buffer.from('env["A" = broken\n'));
    const failed = service.reload(before, null);
    await expect(failed).rejects.toMatchObject({
      code: 'TREE_BROKEN',
      message: expect.stringMatching(/has begun to fail around our signal: .*the master is gone$/),
    });
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
