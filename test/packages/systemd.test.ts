import { describe, expect, test } from 'vitest';
import { waitFor } from '../helpers/wait-for.ts';
import { canStartSystems, timed, useSession } from './session.ts';
import { SYSTEMS, SystemdHost } from './systemd-host.ts';

describe.runIf(canStartSystems()).each(SYSTEMS)('reconcile.service on %s', (label, system) => {
  const session = useSession();
  const prepare = async (name: string) => await SystemdHost.prepare(session, system, name);

  test('is not started by its installation, and starts nothing without a configuration', async () => {
    const host = new SystemdHost(await session.startHost(system, 'installed'));
    await host.debian.install(session.packages.older);
    expect(await host.show('UnitFileState', 'ActiveState')).toEqual(['disabled', 'inactive']);
    await host.sh('systemctl start reconcile.service');
    expect(await host.show('ConditionResult', 'ActiveState')).toEqual(['no', 'inactive']);
    expect(await host.sh('systemctl --failed --no-legend')).toBe('');
  });

  test('is ready when the first run is over, and does its work with the rights that the unit leaves', async () => {
    const host = await prepare('ready');
    const { debian } = host;
    await timed(`${label}: systemctl enable --now`, async () => await host.start());
    const [status, state] = await host.show('StatusText', 'SubState');
    expect([status, state]).toEqual([expect.stringMatching(/^\S+Z (in sync with )?[0-9a-f]{12}/), 'running']);
    const before = await host.mainPid(debian.service);

    await debian.commit('GREETING', 'hello');
    await timed(
      `${label}: from the push to the value in php-fpm`,
      async () => await debian.waitForValue('GREETING', 'hello'),
    );
    expect(await debian.askShell('GREETING')).toBe('hello');
    expect([await debian.reloads(), await host.mainPid(debian.service)]).toEqual([2, before]);

    const right = await host.sh(`cat ${debian.shellFile}`);
    await host.sh(`echo 'export GREETING=edited' >${debian.shellFile}`);
    await waitFor(
      'the hand edit to be put back',
      async () => (await host.sh(`cat ${debian.shellFile}`)) === right,
    );
    expect(await debian.reloads()).toBe(2);
    expect(await host.sh('reconcile status')).toMatch(/owed +nothing/);
  });

  test('is held to these rights', async () => {
    const host = await prepare('rights');
    await host.start();
    const status = await host.sh(`cat /proc/${await host.mainPid()}/status`);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    /** What the daemon would be told that writes there. */
    const writing = async (path: string) =>
      await host.sh(`nsenter --target ${await host.mainPid()} --mount touch ${path} 2>&1 || true`);
    for (const path of ['/usr/bin/x', '/etc/x', '/etc/reconcile/x', '/srv/config.git/x', '/root/x'])
      expect(await writing(path)).toContain('Read-only file system');
    for (const path of ['/var/lib/reconcile/x', '/etc/profile.d/x']) expect(await writing(path)).toBe('');

    const late = '/usr/local/webserver/php';
    await host.sh(`mkdir -p ${late}`);
    expect(await writing(`${late}/x`)).toContain('Read-only file system');
    await host.sh('systemctl restart reconcile.service');
    expect(await writing(`${late}/x`)).toBe('');

    for (const unit of ['reconcile.service', 'reconcile-once.service']) {
      const verdict = await host.sh(`systemd-analyze security ${unit} | tail -n 1`);
      const exposure = Number(/: ([\d.]+) /.exec(verdict)?.[1]);
      console.info(`packages: ${label}: exposure of ${unit}: ${exposure}`);
      expect(exposure).toBeLessThanOrEqual(3);
    }
  });

  test('tells where it may not write, and changes nothing', async () => {
    const host = await prepare('read-only');
    await host.start();
    const before = [await host.debian.files(), await host.debian.reloads()];
    await host.change('ReadWritePaths=', 'ReadWritePaths=/var/log');
    await host.sh('systemctl restart reconcile.service');
    await host.debian.commit('GREETING', 'never');
    await waitFor('the failure', async () => (await host.journal('--priority', 'err')).includes('failed'));
    console.info(`packages: ${label}: ${(await host.show('StatusText')).join()}`);
    expect([await host.debian.files(), await host.debian.reloads()]).toEqual(before);
    expect(await host.debian.ask('GREETING')).toBe('');
  });

  test('comes back after a reboot, with the files that were there and with a commit that came meanwhile', async () => {
    const host = await prepare('reboot');
    const { debian } = host;
    await host.start();
    const before = await debian.files();
    await host.reboot();
    expect(await host.show('ActiveState', 'NRestarts')).toEqual(['active', '0']);
    expect([await debian.files(), await debian.reloads()]).toEqual([before, 1]);
    expect(await host.journal('--boot', '--priority', 'warning')).toBe('');

    await host.sh('systemctl stop reconcile.service');
    await debian.commit('GREETING', 'meanwhile');
    await host.reboot();
    await debian.waitForValue('GREETING', 'meanwhile');
    expect(await debian.askShell('GREETING')).toBe('meanwhile');
    expect(await host.journal('--boot', '--priority', 'warning')).toBe('');
    console.info(`packages: ${label}: reloads by two reboots and a commit: ${(await debian.reloads()) - 1}`);
  });

  test('is started anew when it hangs', async () => {
    const host = await prepare('watchdog');
    await host.change('WatchdogSec=4', 'RestartSec=0');
    await host.start();
    const hung = await host.mainPid();
    await timed(`${label}: from SIGSTOP to the next daemon, WatchdogSec=4`, async () => {
      await host.sh(`kill -STOP ${hung}`);
      const restarted = async () => (await host.show('NRestarts', 'SubState')).join() === '1,running';
      await waitFor('the watchdog', restarted, 60_000);
    });
    expect(await host.mainPid()).not.toBe(hung);
    await host.debian.commit('GREETING', 'after');
    await host.debian.waitForValue('GREETING', 'after');
  });

  test('finishes what a killed daemon left: the files were swapped, php-fpm had not reloaded', async () => {
    const host = await prepare('killed');
    const { debian } = host;
    await host.change('RestartSec=0');
    await host.start();
    // php-fpm waits for this request before it reloads.
    const busy = debian.ask('GREETING', 6);
    await debian.commit('GREETING', 'late');
    await waitFor('the swap', async () => (await host.sh(`cat ${debian.phpFile}`)).includes('late'));
    await host.sh('systemctl kill --signal KILL reconcile.service');
    await debian.waitForValue('GREETING', 'late');
    expect(await busy).toBe('');
    const settled = async () => /owed +nothing/.test(await host.sh('reconcile status'));
    await waitFor('the debt to be paid', settled, 30_000);
    expect(await host.show('NRestarts', 'SubState')).toEqual(['1', 'running']);
    expect(await debian.reloads()).toBe(2);
  });

  test('makes a run at systemctl reload, which ends with it', async () => {
    const host = await prepare('reload');
    await host.change('ExecStart=', 'ExecStart=/usr/bin/reconcile daemon --verbose');
    await host.start();
    const before = await host.mainPid();
    await host.sh('systemctl reload reconcile.service');
    expect(await host.journal()).toMatch(/run status=in-sync .*reasons=signal/);
    expect(await host.mainPid()).toBe(before);
  });

  test('ends after the run in flight', async () => {
    const host = await prepare('stop');
    const { debian } = host;
    await host.start();
    // php-fpm waits for this request before it reloads, and the run waits for php-fpm.
    const busy = debian.ask('GREETING', 6);
    await debian.commit('GREETING', 'late');
    await waitFor('the swap', async () => (await host.sh(`cat ${debian.phpFile}`)).includes('late'));
    expect(await host.journal()).not.toContain('reasons=push');
    await timed(
      `${label}: systemctl stop with a run in flight`,
      async () => await host.sh('systemctl stop reconcile.service'),
    );
    expect(await busy).toBe('');
    expect(await host.show('Result', 'ExecMainStatus', 'ActiveState')).toEqual(['success', '0', 'inactive']);
    expect(await host.journal()).toMatch(/run status=applied .*reasons=push/);
    expect(await debian.ask('GREETING')).toBe('late');
    expect(await host.sh('reconcile status')).toMatch(/owed +nothing/);
  });
});
