import { describe, expect, test } from 'vitest';
import { waitFor } from '../helpers/wait-for.ts';
import { canStartSystems, useSession } from './session.ts';
import { SYSTEMS, SystemdHost } from './systemd-host.ts';

describe.runIf(canStartSystems()).each(SYSTEMS)('the daemon as a service on %s', (_label, system) => {
  const session = useSession();
  const prepare = async (name: string) => await SystemdHost.prepare(session, system, name);

  test('reloads php-fpm through systemd where the host says so', async () => {
    const host = await prepare('command');
    const { service } = host.debian;
    await host.debian.configure(`reload:\n  command: [systemctl, reload, ${service}]\n`);
    await host.start();
    await host.debian.commit('GREETING', 'hello');
    await host.debian.waitForValue('GREETING', 'hello');
    expect(await host.sh(`journalctl --unit ${service}`)).toMatch(/Reloaded/);
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
