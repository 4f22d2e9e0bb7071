import { describe, expect, test } from 'vitest';
import { hasSshd, startSshd } from '../helpers/ssh-server.ts';
import { Pusher } from './pusher.ts';
import { startDaemon } from './real-daemon.ts';
import type { ReceivingHost } from './receiving-host.ts';
import { hasObject, startReceivingHost } from './receiving-host.ts';

const LIVE = (commit: string) =>
  new RegExp(
    `^reconcile: ${commit.slice(0, 12)} is live on web-1 after \\d+\\.\\d s: 2 files changed, php-fpm reloaded and proven\\n  \\S+, \\S+\\n$`,
  );

/** Somebody who pushes over a path, or over ssh. */
async function makePusher({ host }: ReceivingHost, way: 'a path' | 'ssh'): Promise<Pusher> {
  if (way === 'a path') return await Pusher.clone(host.bare);
  const sshd = await startSshd();
  return await Pusher.clone(sshd.urlOf(host.bare), { ssh: sshd });
}

describe.each(hasSshd ? (['a path', 'ssh'] as const) : (['a path'] as const))('a push over %s', (way) => {
  test('is live when it returns, and says so; a revert too', async () => {
    const receiving = await startReceivingHost();
    const { host } = receiving;
    const daemon = await startDaemon(host);
    const pusher = await makePusher(receiving, way);
    const commit = await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    const pushed = await pusher.push();
    expect(await host.ask('A')).toBe('two');
    expect(pushed).toMatchObject({ isTaken: true, remote: expect.stringMatching(LIVE(commit)) });
    expect(daemon.said()).toMatch(/reasons=(push,)?request/);
    await pusher.git('revert', '--no-edit', 'HEAD');
    const revert = await pusher.git('rev-parse', 'HEAD');
    expect((await pusher.push()).remote).toMatch(LIVE(revert));
    expect(await host.ask('A')).toBe('one');
  });

  test('of a bad commit is refused with every mistake, and changes nothing; the next good one is taken at once', async () => {
    const receiving = await startReceivingHost();
    await startDaemon(receiving.host);
    const pusher = await makePusher(receiving, way);
    const before = receiving.state();
    const bad = await pusher.commit({
      'env/common.yaml': 'A: [\nLD_PRELOAD: x\n',
      'reconcile.yaml': 'format: 1\nid: x\nlayers: [env/common.yaml, env/missing.yaml]\n',
    });
    const { isTaken, remote, said } = await pusher.push();
    expect(isTaken).toBe(false);
    expect(said).toContain('(pre-receive hook declined)');
    expect(remote).toMatch(
      new RegExp(
        `^reconcile: commit ${bad.slice(0, 12)} on branch main is refused, and nothing was changed: \\d mistakes\\n`,
      ),
    );
    expect(remote).toMatch(/^ {2}env\/common\.yaml:\d+:\d+: .* \[YAML_SYNTAX\]$/m);
    expect(remote).toMatch(/^ {2}reconcile\.yaml:3:\d+: .* \[FILE_MISSING\]$/m);
    expect(receiving.state()).toEqual(before);
    expect(hasObject(receiving.host.bare, bad)).toBe(false);
    await pusher.git('revert', '--no-edit', 'HEAD');
    const good = await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    expect((await pusher.push()).remote).toMatch(LIVE(good));
  });
});
