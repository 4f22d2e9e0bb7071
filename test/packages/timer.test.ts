import { describe, expect, test } from 'vitest';
import { waitFor } from '../helpers/wait-for.ts';
import { DEBIAN_12 } from './debian-host.ts';
import { canStartSystems, useSession } from './session.ts';
import { SystemdHost } from './systemd-host.ts';

describe.runIf(canStartSystems())('reconcile-once.timer', () => {
  const session = useSession();

  const prepare = async (name: string) => await SystemdHost.prepare(session, DEBIAN_12, name);

  /** When each run began, in seconds since 1970, by the journal. */
  async function starts(host: SystemdHost): Promise<readonly number[]> {
    const lines = await host.sh(
      `journalctl --quiet --output short-unix --unit reconcile-once.service | grep 'Starting reconcile-once' || true`,
    );
    return lines.split('\n').filter(Boolean).map(Number.parseFloat);
  }

  test('makes a run each minute, at the same moment of it', async () => {
    const host = await prepare('period');
    await host.sh('systemctl enable --quiet --now reconcile-once.timer');
    await waitFor('two runs', async () => (await starts(host)).length >= 2, 200_000);
    const [first = 0, second = 0] = await starts(host);
    console.info(`packages: seconds between two runs by the timer: ${(second - first).toFixed(1)}`);
    expect(Math.abs(second - first - 60)).toBeLessThan(3);
    expect(await host.debian.reloads()).toBe(1);
  });

  test('goes on after a run that failed', async () => {
    const host = await prepare('failure');
    const faster = '[Timer]\nOnCalendar=\nOnBootSec=1\nOnUnitActiveSec=2\nRandomizedDelaySec=0\n';
    await host.debian.container.sh(
      'mkdir -p /etc/systemd/system/reconcile-once.timer.d; cat >/etc/systemd/system/reconcile-once.timer.d/override.conf; systemctl daemon-reload',
      { input: faster },
    );
    await host.debian.commit('BAD', '"$pool"');
    await host.sh('systemctl enable --quiet --now reconcile-once.timer');
    const result = async () =>
      await host.sh('systemctl show -p ExecMainStatus --value reconcile-once.service');
    await waitFor('the failure', async () => (await result()) === '14', 30_000);
    await host.debian.revert();
    await host.debian.commit('GREETING', 'good');
    await host.debian.waitForValue('GREETING', 'good');
    await waitFor('a run that ended well', async () => (await result()) === '0', 30_000);
  });

  test('can be left out for the example for cron', async () => {
    const host = await prepare('cron');
    await host.sh(
      'cp /usr/share/doc/php-env-reconciler/examples/cron.d /etc/cron.d/reconcile; systemctl start cron',
    );
    await host.debian.commit('GREETING', 'by cron');
    await host.debian.waitForValue('GREETING', 'by cron', 90_000);
    expect(await host.debian.askShell('GREETING')).toBe('by cron');
  });
});
