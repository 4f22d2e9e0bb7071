import { describe, expect, test } from 'vitest';
import { waitFor } from '../helpers/wait-for.ts';
import { DEBIAN_12, PLAIN_DEBIAN_12 } from './debian-host.ts';
import { canStartSystems, timed, useSession } from './session.ts';
import { SystemdHost } from './systemd-host.ts';

describe.runIf(canStartSystems())('the Debian package', () => {
  const session = useSession();

  /** A host on which the daemon has brought a commit in. */
  async function prepare(test: string): Promise<SystemdHost> {
    const host = await SystemdHost.prepare(session, DEBIAN_12, test);
    const { debian } = host;
    await host.start();
    await debian.commit('GREETING', 'hello');
    await debian.waitForValue('GREETING', 'hello');
    await waitFor('the end of the run', async () =>
      (await host.sh('reconcile status')).includes('as applied'),
    );
    return host;
  }

  test('starts the new daemon at an upgrade, and keeps state, files and what the administrator wrote', async () => {
    const host = await prepare('running');
    const { debian } = host;
    await host.sh(`echo '# of this host' >>/etc/default/reconcile`);
    const observe = async () => [await debian.state(), await debian.files(), await debian.reloads()];
    const [before, older] = [await observe(), await host.mainPid()];
    await timed('upgrade with a running daemon', async () => await debian.install(session.packages.newer));
    expect(await host.sh("dpkg-query --show --showformat '${Version}' php-env-reconciler")).toMatch(/-2$/);
    expect(await host.show('ActiveState', 'UnitFileState', 'Result')).toEqual([
      'active',
      'enabled',
      'success',
    ]);
    expect(await host.mainPid()).not.toBe(older);
    expect(await observe()).toEqual(before);
    expect(await host.sh('tail -n 1 /etc/default/reconcile')).toBe('# of this host');
    await debian.commit('GREETING', 'again');
    await debian.waitForValue('GREETING', 'again');
  });

  test('lets the run in flight come to its end before an upgrade starts the new daemon', async () => {
    const host = await prepare('in-flight');
    const { debian } = host;
    const busy = debian.ask('GREETING', 6);
    await debian.commit('GREETING', 'late');
    await waitFor('the swap', async () => (await host.sh(`cat ${debian.phpFile}`)).includes('late'));
    const applied = async () => [...(await host.journal()).matchAll(/status=applied/g)].length;
    const before = await applied();
    await debian.install(session.packages.newer);
    expect(await applied()).toBe(before + 1);
    expect([await busy, await debian.ask('GREETING')]).toEqual(['hello', 'late']);
    expect(await host.show('ActiveState', 'Result')).toEqual(['active', 'success']);
    expect(await host.sh('reconcile status')).toMatch(/owed +nothing/);
  });

  test('leaves a stopped daemon stopped at an upgrade', async () => {
    const host = await prepare('stopped');
    await host.sh('systemctl disable --quiet --now reconcile.service');
    await host.debian.install(session.packages.newer);
    expect(await host.show('ActiveState', 'UnitFileState')).toEqual(['inactive', 'disabled']);
  });

  test('keeps what it remembers when it is removed, and forgets it when it is purged; both files stay', async () => {
    const host = await prepare('purged');
    const { debian } = host;
    const [files, state, reloads] = [await debian.files(), await debian.state(), await debian.reloads()];
    await host.sh('dpkg --remove php-env-reconciler');
    expect(await host.show('ActiveState', 'LoadState')).toEqual(['inactive', 'not-found']);
    expect([await debian.files(), await debian.state()]).toEqual([files, state]);
    const said = await host.sh('dpkg --purge php-env-reconciler 2>&1');
    expect(said).not.toMatch(/warning|error/i);
    expect(await debian.files()).toBe(files);
    expect([await debian.ask('GREETING'), await debian.askShell('GREETING')]).toEqual(['hello', 'hello']);
    const left = `find / -xdev -not -path '/proc/*' -not -path '/root/*' -name '*reconcile*' | sort`;
    expect(await host.sh(left)).toBe('/etc/reconcile');
    expect(await host.sh('ls /etc/reconcile; systemctl --failed --no-legend')).toBe('config.yaml');

    await debian.install(session.packages.newer);
    await host.sh('reconcile --once');
    expect([await debian.files(), await debian.ask('GREETING')]).toEqual([files, 'hello']);
    console.info(`packages: reloads by the first run after a purge: ${(await debian.reloads()) - reloads}`);
  });

  test('does the same where no systemd is', async () => {
    const host = await session.startHost(PLAIN_DEBIAN_12, 'upgrade-plain');
    const { container } = host;
    await host.install(session.packages.older);
    await host.startRepository();
    await host.configure();
    await container.sh('reconcile --once');
    const observe = async () => [await host.state(), await host.files(), await host.reloads()];
    const before = await observe();
    expect(await host.install(session.packages.newer)).not.toMatch(/warning|error/i);
    expect(await container.exec(['reconcile', '--once'])).toEqual({ exit: 0, stdout: '', stderr: '' });
    expect(await observe()).toEqual(before);
    await container.sh('dpkg --purge php-env-reconciler');
    expect(await host.files()).toBe(before[1]);
    expect(await container.sh('ls -d /var/lib/reconcile /run/reconcile 2>/dev/null || true')).toBe('');
  });
});
