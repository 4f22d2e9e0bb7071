import { appendFileSync, chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startControlServer } from '../helpers/control-server.ts';
import { isRoot } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { giveTo, Pusher } from './pusher.ts';
import { startDaemon } from './real-daemon.ts';
import type { ReceivingHost } from './receiving-host.ts';
import { startReceivingHost } from './receiving-host.ts';

const LIVE =
  /^reconcile: [0-9a-f]{12} is live on web-1 after \d+\.\d s: 2 files changed, php-fpm reloaded and proven\n {2}\S+, \S+\n$/;

/** Somebody without rights on the host, to whom its repository belongs, as to an account `git`. */
async function makeStranger({ host }: ReceivingHost): Promise<Pusher> {
  const pusher = await Pusher.clone(host.bare, { user: 65534 });
  giveTo(65534, host.bare);
  return pusher;
}

describe('without a daemon', () => {
  test('whoever may carry out runs does so by pushing', async () => {
    const receiving = await startReceivingHost();
    const { host } = receiving;
    const pusher = await Pusher.clone(host.bare);
    await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    expect((await pusher.push()).remote).toMatch(LIVE);
    expect(await host.ask('A')).toBe('two');
    expect(host.once()).toMatchObject({ exit: 0, stdout: '', stderr: '' });
  });

  test('a run that fails says why and what to do', async () => {
    const receiving = await startReceivingHost();
    const { host } = receiving;
    const pusher = await Pusher.clone(host.bare);
    appendFileSync(host.php.configPath, 'nonsense\n');
    await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    const { isTaken, remote } = await pusher.push();
    expect(isTaken).toBe(true);
    expect(remote).toMatch(
      /^reconcile: the run for [0-9a-f]{12} on web-1 failed: .* \[ENVIRONMENT_BROKEN\]\n {2}.+\n$/,
    );
  });

  test('a pause is told', async () => {
    const receiving = await startReceivingHost();
    const { host } = receiving;
    host.call('pause', '--reason', 'moving house', '--for', '1h', '--config', host.config);
    const pusher = await Pusher.clone(host.bare);
    await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    const { remote } = await pusher.push();
    expect(remote).toMatch(
      /^reconcile: web-1 does not take [0-9a-f]{12} now: it is paused until \S+: moving house\n$/,
    );
    expect(await host.ask('A')).toBe('one');
  });

  test('of two pushes at once one is taken, and the other one after it', async () => {
    const receiving = await startReceivingHost();
    const { host } = receiving;
    const [one, two] = [await Pusher.clone(host.bare), await Pusher.clone(host.bare)];
    await one.commit({ 'env/common.yaml': 'A: two\n' });
    await two.commit({ 'env/common.yaml': 'A: one\nB: two\n' });
    const ended = await Promise.all([one.push(), two.push()]);
    expect(ended.map(({ isTaken }) => isTaken).sort()).toEqual([false, true]);
    const [winner, loser] = ended[0].isTaken ? [one, two] : [two, one];
    expect(ended.find(({ isTaken }) => isTaken)?.remote).toMatch(LIVE);
    await loser.git('fetch', '-q', 'origin');
    await loser.git('reset', '-q', '--hard', await winner.git('rev-parse', 'HEAD'));
    await loser.commit({ 'env/common.yaml': 'A: three\n' });
    expect((await loser.push()).remote).toMatch(LIVE);
    expect(await host.ask('A')).toBe('three');
  });

  test('two pushes to two branches at once are both taken', async () => {
    const receiving = await startReceivingHost();
    const { host } = receiving;
    const [one, two] = [await Pusher.clone(host.bare), await Pusher.clone(host.bare)];
    await one.commit({ 'env/common.yaml': 'A: two\n' });
    await two.commit({ 'env/common.yaml': 'A: [\n' });
    const [live, other] = await Promise.all([one.push(), two.push('origin', 'HEAD:topic')]);
    expect(live.remote).toMatch(LIVE);
    expect(other).toMatchObject({ isTaken: true, remote: '' });
  });
});

describe.runIf(isRoot)('somebody without rights on the host', () => {
  test('is told who takes the commit, and is refused what is wrong', async () => {
    const receiving = await startReceivingHost();
    const { host, socket } = receiving;
    const stranger = await makeStranger(receiving);
    await stranger.commit({ 'env/common.yaml': 'A: [\n' });
    expect((await stranger.push()).remote).toContain('[YAML_SYNTAX]');
    const commit = await stranger.commit({ 'env/common.yaml': 'A: two\n' });
    expect((await stranger.push()).remote).toBe(
      `reconcile: web-1 has ${commit.slice(0, 12)}, and it is not known to be live: no daemon listens at ${socket}, and this user may not carry out runs\n` +
        '  a daemon takes it within a second by itself, and looks every 60 s; else the next `reconcile --once` does, by cron or by hand\n',
    );
    expect(await host.ask('A')).toBe('one');
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(await host.ask('A')).toBe('two');
  });

  test('may ask the daemon where its socket lets him', async () => {
    const receiving = await startReceivingHost({ group: 65534 });
    const { host, socket } = receiving;
    await startDaemon(host);
    const stranger = await makeStranger(receiving);
    await stranger.commit({ 'env/common.yaml': 'A: two\n' });
    expect((await stranger.push()).remote).toMatch(LIVE);
    expect(await host.ask('A')).toBe('two');
    chmodSync(socket, 0o600);
    await stranger.commit({ 'env/common.yaml': 'A: three\n' });
    expect((await stranger.push()).remote).toContain(`this user may not ask the daemon at ${socket}`);
    await waitFor('the daemon to take it by itself', async () => (await host.ask('A')) === 'three');
  });

  test('can push nothing where he may not read the configuration of the host', async () => {
    const receiving = await startReceivingHost();
    const stranger = await makeStranger(receiving);
    await stranger.commit({ 'env/common.yaml': 'A: two\n' });
    chmodSync(receiving.host.config, 0o600);
    const { isTaken, remote } = await stranger.push();
    expect(isTaken).toBe(false);
    expect(remote).toMatch(/cannot read the host configuration: EACCES.*\[CONFIG_INVALID\]/);
  });
});

describe('beside a daemon', () => {
  test('that answers nonsense or ends, the run is carried out all the same by whoever may', async () => {
    const receiving = await startReceivingHost();
    const pusher = await Pusher.clone(receiving.host.bare);
    await startControlServer(receiving.socket, (_, response) => void response.socket?.destroy());
    await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    expect((await pusher.push()).remote).toMatch(LIVE);
  });

  test('that does not answer to being made ready, nobody waits', async () => {
    const receiving = await startReceivingHost();
    const pusher = await Pusher.clone(receiving.host.bare);
    await pusher.commit({ 'env/common.yaml': 'A: [\n' });
    await startControlServer(receiving.socket, () => undefined);
    expect((await pusher.push()).remote).toContain('[YAML_SYNTAX]');
  });
});
