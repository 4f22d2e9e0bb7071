import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { proposePhpFpm } from '../../../src/adapters/php-fpm/propose.ts';
import { readChildren, readStat } from '../../../src/adapters/process-table.ts';
import { runProgram, startProgram } from '../../../src/adapters/processes.ts';
import { PHP_FPM, startPhpFpm } from '../../helpers/php-fpm.ts';
import { isRoot } from '../../helpers/temporary-directory.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { fileWith, inspectRunning, serviceOf } from './service-under-test.ts';

test('two masters of one program are told apart by their configuration', async () => {
  const [one, two] = await Promise.all([startPhpFpm({ envFile: String(fileWith(1)) }), startPhpFpm()]);
  const before = await inspectRunning(serviceOf(one));
  expect(before.pid).toBe(one.pid);
  expect((await inspectRunning(serviceOf(two))).pid).toBe(two.pid);
  await serviceOf(one).reload(before, fileWith(1));
  expect([one.reloadsSeen(), two.reloadsSeen()]).toEqual([1, 0]);
});

test('another program is not found, a link to the program is', async () => {
  const fpm = await startPhpFpm();
  expect(await serviceOf(fpm, { binary: '/usr/bin/true' }).inspect()).toEqual({ kind: 'absent' });
  const link = join(fpm.dir, 'php-fpm');
  symlinkSync(PHP_FPM, link);
  expect((await inspectRunning(serviceOf(fpm, { binary: link }))).pid).toBe(fpm.pid);
});

test('a sidecar finds the master without having the program', async () => {
  const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
  const service = serviceOf(fpm, { binary: null });
  const before = await inspectRunning(service);
  await service.rehearse(Buffer.from('not rehearsed'));
  expect(await service.testLive()).toEqual({ ok: true });
  await service.reload(before, fileWith(1));
  expect(fpm.reloadsSeen()).toBe(1);
});

test('a relative configuration path is resolved where the master started', async () => {
  const fpm = await startPhpFpm();
  await fpm.kill();
  const run = await startProgram(PHP_FPM, ['-n', '-F', '-y', 'php-fpm.conf'], {
    deadlineMs: 20_000,
    cwd: fpm.dir,
  });
  onTestFinished(() => void run.stop());
  await waitFor('the master', async () => (await serviceOf(fpm).inspect()).kind === 'running');
  expect((await inspectRunning(serviceOf(fpm))).pid).toBe(run.pid);
});

test('a php-fpm that is just starting is waited for', async () => {
  const fpm = await startPhpFpm({ envFile: `${'env["A"] = "1"\n'.repeat(4000)}` }); // reads its configuration for a while
  await fpm.kill();
  const run = await startProgram(PHP_FPM, ['-n', '-F', '-y', fpm.configPath], { deadlineMs: 20_000 });
  onTestFinished(() => void run.stop());
  expect(await serviceOf(fpm).inspect()).toMatchObject({ kind: 'running', pid: run.pid });
});

test('php-fpm -t of the same configuration is not taken for a master', async () => {
  const fpm = await startPhpFpm({ envFile: `${'env["A"] = "1"\n'.repeat(4000)}` });
  await fpm.kill();
  const run = await startProgram(PHP_FPM, ['-n', '-t', '-y', fpm.configPath], { deadlineMs: 20_000 });
  expect(await serviceOf(fpm).inspect()).toEqual({ kind: 'absent' });
  await run.ended;
});

test('a stale pid file that names a stranger does nobody harm', async () => {
  const fpm = await startPhpFpm();
  const service = serviceOf(fpm);
  const before = await inspectRunning(service);
  await fpm.kill();
  const stranger = await startProgram('sleep', ['60'], { deadlineMs: 60_000 });
  onTestFinished(() => void stranger.stop());
  writeFileSync(fpm.pidPath, String(stranger.pid));
  expect(await service.inspect()).toEqual({ kind: 'absent' });
  const pretended = {
    ...before,
    pid: stranger.pid,
    incarnation: before.incarnation.replace(/^\d+/, String(stranger.pid)),
  };
  await expect(service.reload(pretended, null)).rejects.toMatchObject({ code: 'SIGNAL_FAILED' });
  const first = await Promise.race([stranger.ended, sleep(50)]);
  expect(first).toBeUndefined(); // SIGUSR2 would have ended it
});

test('workers that have lost their master are orphans of their own configuration only', async () => {
  const [fpm, other] = await Promise.all([startPhpFpm(), startPhpFpm()]);
  const workers = readChildren(fpm.pid);
  process.kill(fpm.pid, 'SIGKILL');
  process.kill(other.pid, 'SIGTERM');
  await waitFor('the orphans', async () => (await serviceOf(fpm).inspect()).kind === 'orphaned');
  expect(await serviceOf(fpm).inspect()).toEqual({
    kind: 'orphaned',
    pids: expect.arrayContaining([...workers]),
  });
  await waitFor('the other to end', async () => (await serviceOf(other).inspect()).kind === 'absent');
});

if (!isRoot) console.warn('SKIPPED: a pid namespace of its own needs root');

test.runIf(isRoot)('a master in another pid namespace is not ours', async () => {
  const fpm = await startPhpFpm();
  await fpm.kill();
  const inNamespace = [
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    PHP_FPM,
    '-n',
    '-F',
    '-y',
    fpm.configPath,
  ];
  const run = await startProgram('unshare', inNamespace, { deadlineMs: 20_000 });
  onTestFinished(() => void run.stop());
  await waitFor('php-fpm in the namespace', async () => (await fpm.ping().catch(() => '')) === 'pong');
  expect(await serviceOf(fpm).inspect()).toEqual({ kind: 'absent' });
});

test('the usual installations of a host are proposed, each once', () => {
  const root = mkdtempSync(join(tmpdir(), 'test-root-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const places = [
    ['/usr/sbin/php-fpm8.2', '/etc/php/8.2/fpm/php-fpm.conf'],
    ['/usr/local/webserver/php/sbin/php-fpm', '/usr/local/webserver/php/etc/php-fpm.conf'],
    ['/usr/sbin/php-fpm7.4', '/etc/php/7.4/cli/php.ini'], // no fpm configuration
  ] as const;
  for (const path of places.flat()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
  expect(proposePhpFpm(root)).toEqual([
    { binary: '/usr/local/webserver/php/sbin/php-fpm', config: '/usr/local/webserver/php/etc/php-fpm.conf' },
    { binary: '/usr/sbin/php-fpm8.2', config: '/etc/php/8.2/fpm/php-fpm.conf' },
  ]);
});

test('a program that never ends is ended with all that it started', async () => {
  const result = await runProgram('sh', ['-c', 'sleep 60 & echo $!; sleep 60'], { deadlineMs: 200 });
  expect(result).toMatchObject({ exitCode: null, ended: 'deadline' });
  await waitFor('its child to end', () => !isRunning(Number(result.stdout)));
});

test('a program sees nothing of our environment', async () => {
  process.env.RECONCILE_TEST_SECRET = 'hunter2';
  onTestFinished(() => void delete process.env.RECONCILE_TEST_SECRET);
  const { stdout } = await runProgram('env', [], { deadlineMs: 5000, env: { A: '1' } });
  expect(stdout.split('\n').map((line) => line.split('=')[0])).toEqual(
    expect.arrayContaining(['PATH', 'LC_ALL', 'A']),
  );
  expect(stdout).not.toContain('RECONCILE_TEST_SECRET');
});

test('a missing program is told as such', async () => {
  const missing = runProgram('/nowhere/php-fpm', [], { deadlineMs: 1000 });
  await expect(missing).rejects.toThrow('/nowhere/php-fpm was not started: it is not there');
});

test('output without end is cut', async () => {
  const result = await runProgram('yes', [], { deadlineMs: 20_000 });
  expect(result.ended).toBe('capped');
  expect(result.stdout.length).toBeLessThanOrEqual(1024 * 1024);
});

function isRunning(pid: number): boolean {
  return !['Z', 'X'].includes(readStat(pid)?.state ?? 'X');
}

test('the helper leaves no process behind, also of a daemonized master that was killed', async () => {
  const fpm = await startPhpFpm({ daemonize: true });
  const workers = readChildren(fpm.pid);
  expect(workers).toHaveLength(2);
  process.kill(fpm.pid, 'SIGKILL');
  await fpm.stop();
  expect(workers.filter(isRunning)).toEqual([]);
});
