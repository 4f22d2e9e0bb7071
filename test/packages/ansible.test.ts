import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../packaging/release.ts';
import type { Ended } from '../end-to-end/real-host.ts';
import { DEBIAN_12 } from './debian-host.ts';
import { canStartSystems, timed, useSession } from './session.ts';
import { SystemdHost } from './systemd-host.ts';

/** ansible works on the system that it runs on: there is no network that it needs. */
const SYSTEM = { ...DEBIAN_12, packages: [...DEBIAN_12.packages, 'ansible-core', 'python3-apt'] };
const INVENTORY = '[php]\nphp-143-117 ansible_connection=local ansible_python_interpreter=/usr/bin/python3\n';

describe.runIf(canStartSystems())('packaging/ansible on a clean Debian 12', () => {
  const session = useSession();

  async function prepare(): Promise<SystemdHost> {
    const host = new SystemdHost(await session.startHost(SYSTEM, 'ansible'));
    const { container } = host.debian;
    await container.copyIn(session.packages.older, '/root/package.deb');
    await container.copyIn(join(ROOT, 'packaging', 'ansible'), '/root/ansible');
    await container.sh('cat >/root/inventory.ini', { input: INVENTORY });
    // The repository is there before the host: here, of a program that was unpacked for it.
    await host.sh('dpkg-deb --extract /root/package.deb /root/unpacked');
    await host.sh('ln -s /root/unpacked/usr/bin/reconcile /usr/local/bin/reconcile');
    await host.debian.startRepository();
    await host.sh('rm -r /usr/local/bin/reconcile /root/unpacked');
    return host;
  }

  test('makes a host of it, changes nothing the second time, and keeps a configuration that works', {
    timeout: 15 * 60_000,
  }, async () => {
    const host = await prepare();
    const { container } = host.debian;
    const play = async (...settings: readonly string[]): Promise<Ended> => {
      const given = ['reconcile_deb=/root/package.deb', 'reconcile_repository=/srv/config.git', ...settings];
      const words = given.flatMap((setting) => ['--extra-vars', setting]);
      const playbook = ['--inventory', '/root/inventory.ini', '/root/ansible/playbook.yml'];
      return await container.exec(['ansible-playbook', ...playbook, ...words], {
        env: { LC_ALL: 'C.UTF-8' },
      });
    };
    const first = await timed('ansible-playbook', async () => await play());
    expect(first).toMatchObject({ exit: 0, stdout: expect.stringMatching(/failed=0/) });
    expect(await host.show('ActiveState', 'UnitFileState')).toEqual(['active', 'enabled']);
    await host.debian.commit('GREETING', 'hello');
    await host.debian.waitForValue('GREETING', 'hello');

    expect((await play()).stdout).toMatch(/changed=0 .*failed=0/);

    const configuration = await host.sh('sha256sum /etc/reconcile/config.yaml');
    const bad = await play('reconcile_php_fpm_binary=/nonexistent');
    expect(bad.exit).not.toBe(0);
    expect(bad.stdout).toContain('ENVIRONMENT_BROKEN');
    expect(await host.sh('sha256sum /etc/reconcile/config.yaml')).toBe(configuration);

    expect(await play('reconcile_mode=timer')).toMatchObject({ exit: 0 });
    expect(await host.show('ActiveState', 'UnitFileState')).toEqual(['inactive', 'disabled']);
    expect(await host.sh('systemctl is-active reconcile-once.timer')).toBe('active');
  });
});
