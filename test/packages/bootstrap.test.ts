import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../packaging/release.ts';
import { DEBIAN_12 } from './debian-host.ts';
import { canStartSystems, timed, useSession } from './session.ts';
import { SystemdHost } from './systemd-host.ts';

const SCRIPT = join(ROOT, 'packaging', 'bootstrap.sh');

describe.runIf(canStartSystems())('packaging/bootstrap.sh on a clean Debian 12', () => {
  const session = useSession();

  test('makes a host of it that follows commits, and can be called again with another choice', {
    timeout: 15 * 60_000,
  }, async () => {
    const host = new SystemdHost(await session.startHost(DEBIAN_12, 'bootstrap'));
    const { debian } = host;
    const { container } = debian;
    await container.copyIn(session.packages.older, '/root/package.deb');
    await container.copyIn(SCRIPT, '/root/bootstrap.sh');
    // The repository is there before the host: here, of a program that was unpacked for it.
    await host.sh('dpkg-deb --extract /root/package.deb /root/unpacked');
    await container.sh('ln -s /root/unpacked/usr/bin/reconcile /usr/local/bin/reconcile');
    await debian.startRepository();
    await host.sh('rm -r /usr/local/bin/reconcile /root/unpacked');
    await debian.configure();
    await host.sh('mv /etc/reconcile/config.yaml /root/config.yaml; rmdir /etc/reconcile');

    const words = [
      'sh',
      '/root/bootstrap.sh',
      '--package',
      '/root/package.deb',
      '--config',
      '/root/config.yaml',
    ];
    const first = await timed('bootstrap.sh', async () => await container.exec(words));
    expect(first).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('bootstrap: started reconcile.service'),
    });
    expect(await host.show('ActiveState', 'UnitFileState')).toEqual(['active', 'enabled']);
    await debian.commit('GREETING', 'hello');
    await debian.waitForValue('GREETING', 'hello');

    const [files, reloads] = [await debian.files(), await debian.reloads()];
    expect(await container.exec([...words, '--mode', 'timer'])).toMatchObject({ exit: 0 });
    expect(await host.show('ActiveState', 'UnitFileState')).toEqual(['inactive', 'disabled']);
    expect(await host.sh('systemctl is-active reconcile-once.timer')).toBe('active');
    expect([await debian.files(), await debian.reloads()]).toEqual([files, reloads]);

    expect(await container.exec([...words, '--mode', 'cron'])).toMatchObject({ exit: 0 });
    expect(await host.sh('systemctl is-active reconcile-once.timer || true')).toBe('inactive');
    await debian.commit('GREETING', 'by cron');
    await debian.waitForValue('GREETING', 'by cron', 90_000);
    expect(await container.exec([...words, '--mode', 'daemon'])).toMatchObject({ exit: 0 });
    expect(await host.sh('ls /etc/cron.d')).not.toContain('reconcile');
  });
});
