import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { flockLock } from '../../src/adapters/lock.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { startDaemon } from './real-daemon.ts';
import { RealHost } from './real-host.ts';

/** What is promised is a second, which the bench shows; beside other tests it may take more. */
const PROMPT_MS = 8_000;

/** A php-fpm whose reload loses no question of a test. */
const KEEPS_REQUESTS = { processControlTimeout: '10s' };

describe('a daemon', () => {
  test('brings a push and its revert in at once, with one reload each', async () => {
    const host = await RealHost.start(KEEPS_REQUESTS);
    const daemon = await startDaemon(host);
    expect(await host.ask('A')).toBe('one');
    const before = host.php.reloadsSeen();
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    await waitFor('the push', async () => (await host.ask('A')) === 'two', PROMPT_MS);
    await host.revert();
    await waitFor('the revert', async () => (await host.ask('A')) === 'one', PROMPT_MS);
    expect(host.php.reloadsSeen() - before).toBe(2);
    expect(await daemon.stop()).toBe(0);
  });

  test('heals a hand edit at once, and once', async () => {
    const host = await RealHost.start();
    const daemon = await startDaemon(host);
    const right = host.phpFile();
    const before = host.php.reloadsSeen();
    writeFileSync(host.php.envPath, 'env["A"] = "edited"\n');
    await waitFor('the file', () => host.phpFile() === right, PROMPT_MS);
    await waitFor('the run', () => /reasons=drift/.test(daemon.said()));
    await daemon.stop();
    expect(await host.ask('A')).toBe('one');
    expect(host.php.reloadsSeen() - before).toBeLessThanOrEqual(1);
  });

  test('does not fight with somebody who writes a file all the time', async () => {
    const host = await RealHost.start();
    const daemon = await startDaemon(host);
    const edit = 'export A=edited\n';
    let edits = 0;
    await waitFor('the warning', () => {
      if (host.shellFile() !== edit) {
        writeFileSync(host.shellPath, edit);
        edits++;
      }
      return daemon.said().includes('warning fought');
    });
    expect(edits).toBeLessThanOrEqual(4);
  });

  test('is the only one on its host', async () => {
    const host = await RealHost.start();
    await startDaemon(host);
    expect(host.call('daemon', '--config', host.config)).toMatchObject({ exit: 64 });
    expect(host.once()).toMatchObject({ exit: 0, stdout: '', stderr: '' });
  });

  test('waits for a run of somebody else, and brings in then what it was asked for', async () => {
    const host = await RealHost.start(KEEPS_REQUESTS);
    const daemon = await startDaemon(host);
    const countProbes = () => daemon.said().match(/debug probed/g)?.length ?? 0;
    const [before, release] = [countProbes(), flockLock(join(host.directory, 'var/run/lock')).acquire()];
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    await waitFor('the daemon to see it', () => countProbes() > before);
    expect(await host.ask('A')).toBe('one');
    release?.();
    await waitFor('the commit', async () => (await host.ask('A')) === 'two', PROMPT_MS);
    expect(daemon.said()).not.toContain('busy');
  });

  test('takes a new configuration at the next run', async () => {
    const host = await RealHost.start();
    const daemon = await startDaemon(host);
    host.configure('names:\n  refuse: [A]\n');
    daemon.signal('SIGHUP');
    await waitFor('the refusal', () => daemon.said().includes('error failed'));
    host.configure();
    daemon.signal('SIGHUP');
    await waitFor('the recovery', () => daemon.said().includes('info recovered'));
  });

  test('ends with its runner, whoever ends it', async () => {
    const host = await RealHost.start();
    const daemon = await startDaemon(host);
    const [runner] = readFileSync(`/proc/${daemon.pid}/task/${daemon.pid}/children`, 'utf8').split(' ');
    daemon.signal('SIGKILL');
    await waitFor('the runner to end', () => !isThere(Number(runner)));
  });
});

function isThere(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
