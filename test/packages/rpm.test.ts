import { beforeAll, describe, expect, test } from 'vitest';
import { DEBIAN_12_WITH_RPM } from './debian-host.ts';
import { canStartSystems, timed, useSession } from './session.ts';
import { SystemdHost } from './systemd-host.ts';

/**
 * No distribution that uses rpm can be had from Debian's mirror. So this proves what the package's files and scriptlets do under
 * rpm and systemd; it does not prove its dependencies (hence --nodeps), SELinux, or the php-fpm of such a distribution.
 */
const FORCED = '--force-debian --nodeps';

describe.runIf(canStartSystems())('the RPM package, by rpm on a Debian', () => {
  const session = useSession('rpm');
  let host: SystemdHost;

  beforeAll(async () => {
    host = new SystemdHost(await session.startHost(DEBIAN_12_WITH_RPM, 'rpm'));
    const { container } = host.debian;
    await container.copyIn(session.packages.older, '/root/older.rpm');
    await container.copyIn(session.packages.newer, '/root/newer.rpm');
  });

  test('installs, and starts nothing', async () => {
    await timed('rpm --install', async () => await host.sh(`rpm --install ${FORCED} /root/older.rpm`));
    expect(await host.sh('rpm --verify --nodeps php-env-reconciler')).toBe('');
    expect(await host.show('UnitFileState', 'ActiveState')).toEqual(['disabled', 'inactive']);
    expect(await host.sh('rpm --query --configfiles php-env-reconciler')).toBe('/etc/default/reconcile');
  });

  test('has a daemon that brings commits in', async () => {
    const { debian } = host;
    await debian.startRepository();
    await debian.configure();
    await host.start();
    await debian.commit('GREETING', 'hello');
    await debian.waitForValue('GREETING', 'hello');
    expect(await debian.askShell('GREETING')).toBe('hello');
  });

  test('starts the new daemon at an upgrade, and keeps state, files and what the administrator wrote', async () => {
    const { debian } = host;
    await host.sh(`echo '# of this host' >>/etc/default/reconcile`);
    const observe = async () => [await debian.state(), await debian.files(), await debian.reloads()];
    const [before, older] = [await observe(), await host.mainPid()];
    await host.sh(`rpm --upgrade ${FORCED} /root/newer.rpm`);
    expect(await host.sh('rpm --query php-env-reconciler')).toMatch(/-2\.x86_64$/);
    expect(await host.show('ActiveState', 'UnitFileState', 'Result')).toEqual([
      'active',
      'enabled',
      'success',
    ]);
    expect(await host.mainPid()).not.toBe(older);
    expect(await observe()).toEqual(before);
    expect(await host.sh('tail -n 1 /etc/default/reconcile')).toBe('# of this host');
  });

  test('stops the daemon when it is erased; state and both files stay, for rpm knows no purge', async () => {
    const { debian } = host;
    const before = [await debian.state(), await debian.files()];
    await host.sh('rpm --erase --force-debian php-env-reconciler');
    expect(await host.show('ActiveState', 'LoadState')).toEqual(['inactive', 'not-found']);
    expect([await debian.state(), await debian.files()]).toEqual(before);
    expect(await debian.ask('GREETING')).toBe('hello');
    expect(
      await host.sh('ls /usr/bin/reconcile /etc/systemd/system/*.wants/reconcile* 2>/dev/null || true'),
    ).toBe('');
  });
});
