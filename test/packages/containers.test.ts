import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Containers } from '../helpers/containers.ts';
import { openContainers } from '../helpers/containers.ts';
import { whyNoNamespaces } from '../helpers/private-namespaces.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';

const SCRIPT = join(import.meta.dirname, '..', 'helpers', 'private-namespaces.sh');
const why = whyNoNamespaces();
if (why !== null) console.warn(`SKIPPED: containers cannot be had here: ${why}`);

describe.skipIf(why !== null)('containers', () => {
  let containers: Containers;
  let image: string;

  beforeAll(async () => {
    containers = await openContainers();
    image = await containers.buildImage({ suite: 'bookworm', packages: ['busybox'] });
  });
  afterAll(async () => await containers.close());

  test('are made of an image that is kept', async () => {
    const startedAt = performance.now();
    expect(await containers.buildImage({ suite: 'bookworm', packages: ['busybox'] })).toBe(image);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  test('run a program, give its exit code and what it says, and see nothing of this machine', async () => {
    const files = { '/etc/of-the-test': import.meta.filename };
    const command = ['sleep', 'infinity'];
    const box = await containers.start(image, { name: 'plain', command, files, flags: ['--init'] });
    expect(await box.exec(['sh', '-c', 'cat; echo err >&2; exit 3'], { input: 'in' })).toEqual({
      exit: 3,
      stdout: 'in',
      stderr: 'err\n',
    });
    expect(await box.sh('head -n 1 /etc/of-the-test')).toMatch(/^import /);
    await box.copyIn(import.meta.filename, '/etc/another');
    expect(await box.sh('ls /etc/another; cat /etc/debian_version; hostname')).toMatch(
      /^\/etc\/another\n12\.\d+\nplain$/,
    );
    expect(await box.sh('ls /sys/class/net')).toBe('lo');
    expect(await box.exec(['id', '-un'], { user: 'nobody' })).toMatchObject({ stdout: 'nobody\n' });
    expect(await box.stop()).toBe(143);
    await box.startAgain();
    expect(await box.sh('ls /etc/another')).toBe('/etc/another');
    await box.remove();
  });

  test('can share processes and network, without capabilities and without a place to write', async () => {
    const command = ['busybox', 'httpd', '-f', '-p', '127.0.0.1:8080', '-h', '/etc'];
    const server = await containers.start(image, { name: 'server', command, network: 'host' });
    const flags = ['--pid=container:server', '--cap-drop=ALL', '--read-only', '--user=33'];
    const other = await containers.start(image, {
      name: 'other',
      command: ['sleep', 'infinity'],
      network: 'container:server',
      flags,
    });
    const ask = 'busybox wget -q -O - http://127.0.0.1:8080/hostname';
    await waitFor('the server', async () => (await server.exec(['sh', '-c', ask])).exit === 0);
    expect(await other.exec(['sh', '-c', ask], { user: '33' })).toMatchObject({ exit: 0 });
    expect(await other.sh('cat /proc/1/comm; grep CapEff /proc/self/status; id -u', { user: '33' })).toBe(
      'busybox\nCapEff:\t0000000000000000\n33',
    );
    expect(await other.exec(['touch', '/x'], { user: '33' })).toMatchObject({ exit: 1 });
    expect((await containers.run(['cat', '/proc/net/tcp'])).stdout).toContain('0100007F:1F90');
  });

  test('have systemd as on a host, without a right to change this machine', async () => {
    const packages = ['systemd', 'systemd-sysv', 'dbus'];
    const host = await containers.start(await containers.buildImage({ suite: 'bookworm', packages }), {
      name: 'host',
      command: null,
    });
    expect(await host.sh('cat /proc/1/comm; systemctl is-system-running')).toBe('systemd\nrunning');
    expect(await host.exec(['sh', '-c', 'echo 1 >/proc/sys/vm/swappiness'])).not.toMatchObject({ exit: 0 });
  });
});

describe.skipIf(why !== null)('the namespaces of containers', () => {
  /** A session whose opener can be killed. */
  async function openByAnother() {
    const directory = join(temporaryDirectory(), 'session-test');
    const words = ['sh', '-c', 'cat | setsid sh "$0" "$1"', SCRIPT, directory];
    const opener = spawn('setsid', words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(opener.stdout, 'data');
    return { directory, opener, pid: Number(/^ready (\d+)$/m.exec(String(line))?.[1]) };
  }

  test('end when the process that opened them is killed, and leave nothing', async () => {
    const { directory, opener, pid } = await openByAnother();
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    const groups = spawnSync('cat', [`/proc/${pid}/cgroup`], { encoding: 'utf8' }).stdout;
    expect(groups).toContain('session-test');
    opener.stdin.destroy();
    process.kill(-(opener.pid ?? 0), 'SIGKILL');
    await waitFor('the end of the namespaces', () => !existsSync(directory));
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(groupsNamed('session-test')).toEqual([]);
  });
});

/** Control groups of this name on this machine, seen from a mount of our own. */
function groupsNamed(name: string): readonly string[] {
  const look = 'mount --make-rprivate / && mount -t cgroup2 cgroup2 /mnt && find /mnt -type d -name "$0"';
  const found = spawnSync('unshare', ['--mount', 'sh', '-c', look, name], { encoding: 'utf8' });
  expect(found.status).toBe(0);
  return found.stdout.split('\n').filter(Boolean);
}
