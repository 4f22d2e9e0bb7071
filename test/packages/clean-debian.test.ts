import { beforeAll, describe, expect, test } from 'vitest';
import type { DebianHost } from './debian-host.ts';
import { PLAIN_DEBIAN_12 } from './debian-host.ts';
import { canStartSystems, timed, useSession } from './session.ts';

describe.runIf(canStartSystems())('the Debian package on a clean Debian 12', () => {
  const session = useSession();
  let host: DebianHost;

  beforeAll(async () => {
    host = await session.startHost(PLAIN_DEBIAN_12, 'clean');
  });

  test('installs without Node.js, without systemd and without a network, and touches nothing', async () => {
    const { container } = host;
    const found = await container.exec(['sh', '-c', 'command -v node nodejs npm systemctl']);
    expect(found).toMatchObject({ exit: 127, stdout: '' });
    const said = await timed('dpkg --install', async () => await host.install(session.packages.older));
    expect(said).not.toMatch(/warning|error/i);
    expect(await container.sh('reconcile --version')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await container.sh('dpkg --verify php-env-reconciler; pgrep -c reconcile || true')).toBe('0');
    const written = 'find /etc/reconcile /var/lib/reconcile /run/reconcile 2>/dev/null || true';
    expect(await container.sh(written)).toBe('');
  });

  test('says where the configuration is missing', async () => {
    const run = await host.container.exec(['reconcile', '--once']);
    expect(run).toMatchObject({ exit: 78, stdout: '' });
    expect(run.stderr).toContain('/etc/reconcile/config.yaml');
  });

  test('brings the first commit in, silently finds nothing to do, and follows a commit and its revert', async () => {
    await host.configure();
    await host.startRepository();
    const once = async () => await host.container.exec(['reconcile', '--once']);
    const applied = { exit: 0, stdout: expect.stringMatching(/reloaded php-fpm and proved it/), stderr: '' };
    expect(await timed('the first run', once)).toEqual(applied);
    const first = await host.files();
    expect(await timed('a run that finds nothing to do', once)).toEqual({ exit: 0, stdout: '', stderr: '' });
    expect([await host.files(), await host.reloads()]).toEqual([first, 1]);

    await host.commit('GREETING', `"it's 100% exact"`);
    expect(await timed('a run with one changed value', once)).toEqual(applied);
    expect(await host.ask('GREETING')).toBe("it's 100% exact");
    expect(await host.askShell('GREETING')).toBe("it's 100% exact");
    await host.revert();
    expect(await once()).toEqual(applied);
    expect([await host.ask('GREETING'), await host.askShell('GREETING')]).toEqual(['', '']);
    expect(await host.reloads()).toBe(3);
  });

  test('finds no weakness of the host', async () => {
    const doctor = await host.container.exec(['reconcile', 'doctor']);
    expect(doctor.exit).toBe(0);
    expect(doctor.stdout).not.toMatch(/^(warning|error)/m);
  });
});
