import { describe, expect, test } from 'vitest';
import { waitFor } from '../helpers/wait-for.ts';
import { DEBIAN_12, DEBIAN_13 } from './debian-host.ts';
import { canStartSystems, timed, useSession } from './session.ts';
import { SystemdHost } from './systemd-host.ts';

/** Up to systemd 252 by a child of the daemon, from 253 on by a descriptor, with the drop-in that the package has for it. */
const systems = [
  ['Debian 12', 'bookworm', DEBIAN_12],
  ['Debian 13', 'trixie', DEBIAN_13],
] as const;

describe.runIf(canStartSystems()).each(systems)('reconcile.service on %s', (label, name, system) => {
  const session = useSession();
  /** A host with the package, a configuration and a repository; the daemon is not started. */
  async function prepare(test: string, settings = ''): Promise<SystemdHost> {
    const host = new SystemdHost(await session.startHost(system, `${name}-${test}`));
    await host.debian.install(session.packages.older);
    await host.debian.startRepository();
    await host.debian.configure(settings);
    if (system === DEBIAN_13) await host.useDescriptor();
    return host;
  }

  test('is not started by its installation, and starts nothing without a configuration', async () => {
    const host = new SystemdHost(await session.startHost(system, `${name}-installed`));
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
    const pid = await host.mainPid();
    const status = await host.sh(`cat /proc/${pid}/status`);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    const inside = (path: string) => `nsenter --target ${pid} --mount touch ${path} 2>&1 || true`;
    for (const path of ['/usr/bin/x', '/etc/x', '/etc/reconcile/x', '/srv/config.git/x', '/root/x'])
      expect(await host.sh(inside(path))).toContain('Read-only file system');
    for (const path of ['/var/lib/reconcile/x', '/etc/profile.d/x'])
      expect(await host.sh(inside(path))).toBe('');
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

  test('reloads php-fpm through systemd where the host says so', async () => {
    const unit = system === DEBIAN_13 ? 'php8.4-fpm' : 'php8.2-fpm';
    const host = await prepare('command', `reload:\n  command: [systemctl, reload, ${unit}]\n`);
    await host.start();
    await host.debian.commit('GREETING', 'hello');
    await host.debian.waitForValue('GREETING', 'hello');
    expect(await host.sh(`journalctl --unit ${unit}`)).toMatch(/Reloaded/);
    expect(await host.sh('reconcile status')).toMatch(/owed +nothing/);
  });

  test('tells a failure with its priority, stays, and takes the next commit', async () => {
    const host = await prepare('failure');
    await host.start();
    await host.debian.commit('BAD', '"$pool"');
    await waitFor('the failure', async () => (await host.journal('--priority', 'err')) !== '');
    const [status, state] = await host.show('StatusText', 'SubState');
    expect([status, state]).toEqual([expect.not.stringContaining('$pool'), 'running']);
    await host.debian.revert();
    await host.debian.commit('GREETING', 'good');
    await host.debian.waitForValue('GREETING', 'good');
  });

  test('fetches over ssh, with a deploy key and the host keys that it was given', async () => {
    const host = await prepare('ssh');
    await host.sh(`
      systemctl start ssh
      cd /etc/reconcile
      ssh-keygen -q -t ed25519 -N '' -f identity
      mkdir -p -m 700 /root/.ssh
      echo "restrict $(cat identity.pub)" >/root/.ssh/authorized_keys
      echo "127.0.0.1 $(cat /etc/ssh/ssh_host_ed25519_key.pub)" >known_hosts`);
    const keys = ['identity_file: /etc/reconcile/identity', 'known_hosts: /etc/reconcile/known_hosts'];
    await host.debian.configure(
      'schedule:\n  every_seconds: 2\n',
      ['url: ssh://root@127.0.0.1/srv/config.git', ...keys].join('\n  '),
    );
    await host.start();
    await host.debian.commit('GREETING', 'by ssh');
    await host.debian.waitForValue('GREETING', 'by ssh');
    expect(await host.sh('ls /var/lib/reconcile')).toMatch(/^clone$/m);
    expect(await host.journal('--priority', 'warning')).toBe('');
  });

  test('answers a push, once the hooks are installed', async () => {
    const host = await prepare('receive');
    await host.start();
    await host.sh('reconcile receive install; git -C /root/config rm -r --quiet expected');
    const push = (name: string, value: string) =>
      host.sh(`
      cd /root/config
      sed -i '/^${name}:/d' env/common.yaml
      echo '${name}: ${value}' >>env/common.yaml
      git commit --quiet --all --message change
      git push origin main 2>&1 || git reset --quiet --hard HEAD^`);
    expect(await push('GREETING', 'pushed')).toMatch(
      /remote: reconcile: [0-9a-f]{12} is live on php-143-117/,
    );
    expect([await host.debian.ask('GREETING'), await host.debian.askShell('GREETING')]).toEqual([
      'pushed',
      'pushed',
    ]);
    expect(await push('LD_PRELOAD', '/x.so')).toMatch(
      /LD_PRELOAD is refused[\s\S]*pre-receive hook declined/,
    );
    expect(await host.debian.ask('GREETING')).toBe('pushed');
  });
});
