import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { describe, expect, test } from 'vitest';
import type { Container } from '../helpers/container.ts';
import { readPod } from '../helpers/pod.ts';
import { waitFor } from '../helpers/wait-for.ts';
import {
  countReloads,
  PROBE,
  PROBE_PATH,
  readFigure,
  readMemory,
  readVariable,
  waitForCommit,
} from './pods/figures.ts';
import type { Pod } from './pods/run-pod.ts';
import { runPod } from './pods/run-pod.ts';
import type { PodSession } from './pods/session.ts';
import { contentsOf, renderForSession, usePodSession } from './pods/session.ts';
import { canStartSystems } from './session.ts';

const SOCKET = '/run/php/php8.2-fpm.sock';
const LOG = '/var/log/php8.2-fpm.log';

/** A node: Debian's php-fpm as its own service, with the two pieces of advice taken, and another php-fpm beside it. */
async function startNode({ containers, images }: PodSession): Promise<Container> {
  const node = await containers.start(images.php, {
    name: 'node-1',
    command: ['sleep', 'infinity'],
    network: 'host',
    flags: ['--init'],
  });
  await node.sh(`cat >${PROBE_PATH}`, { input: PROBE });
  await node.sh(`
    cd /etc/php/8.2/fpm
    sed -i 's,^;ping.path = .*,ping.path = /ping,' pool.d/www.conf
    sed -i 's,^;process_control_timeout = .*,process_control_timeout = 10s,' php-fpm.conf
    mkdir -p /run/php /srv/other
    printf '[global]\\nerror_log = /srv/other/log\\n[other]\\nuser = www-data\\nlisten = /srv/other/socket\\npm = static\\npm.max_children = 1\\n' >/srv/other/php-fpm.conf
    php-fpm8.2 --daemonize --fpm-config /srv/other/php-fpm.conf
    php-fpm8.2 --daemonize --fpm-config /etc/php/8.2/fpm/php-fpm.conf`);
  return node;
}

/** Further values of the chart, and what the pod has otherwise than the chart renders it. */
interface Otherwise {
  readonly values?: Readonly<Record<string, unknown>>;
  readonly change?: (spec: PodSpec) => PodSpec;
}

async function startPod(
  session: PodSession,
  node: Container,
  { values = {}, change = (spec: PodSpec) => spec }: Otherwise = {},
): Promise<Pod> {
  const { containers, forge, images } = session;
  const signed = {
    ...values,
    configuration: { repository: { verify: 'tip', id: '6e1f3c1e-0d7f-4c5e-9f0a-3d1c2b4a5968' } },
    signers: { existingConfigMap: 'signers', allowedSignersKey: 'keys' },
  };
  const manifests = renderForSession(session, { name: 'daemonset', kubeVersion: '1.35.0', values: signed });
  const contents = contentsOf(manifests, { repository: forge.secret, signers: { keys: forge.signers } });
  const place = { container: node.name, root: await containers.podman('mount', node.name) };
  const spec = change(readPod(manifests).spec);
  return await runPod(containers, {
    directory: session.directory,
    name: 'agent-x2k',
    spec,
    contents,
    node: place,
    pause: images.reconciler,
  });
}

describe.skipIf(!canStartSystems())('the pod of the mode daemonset', () => {
  let session: PodSession;
  let node: Container;
  let pod: Pod;

  usePodSession(async (opened) => {
    session = opened;
    node = await startNode(session);
    pod = await startPod(session, node);
    await waitFor('readiness', async () => (await pod.ask('/readyz')).status === 200, 30_000).catch(
      async (error) => {
        throw new Error(`not ready: ${await pod.container('reconciler').logs()}`, { cause: error });
      },
    );
  });

  const getenv = () => readVariable(node, SOCKET, 'A');
  const reloads = async () => countReloads(await node.sh(`cat ${LOG}`));

  test('brings the variables to the php-fpm of the node, with one reload', async () => {
    expect([await getenv(), await reloads()]).toEqual(['one', 1]);
    expect(await node.sh('. /etc/profile.d/shell_env.sh; echo "$A"')).toBe('one');
    expect(
      await node.sh('stat -c "%U %a" /etc/php/8.2/fpm/pool.d/env.conf /etc/profile.d/shell_env.sh'),
    ).toBe('root 600\nroot 644');
  });

  test('is root with one power, and can write into its own directories alone', async () => {
    const reconciler = pod.container('reconciler');
    const said = await reconciler.sh('id -u; grep -E "CapEff|NoNewPrivs" /proc/self/status');
    expect(said).toBe('0\nCapEff:\t0000000000080000\nNoNewPrivs:\t1');
    const tries = ['/x', '/etc/php/8.2/fpm/x', '/run/php/x', '/etc/reconcile/x'];
    for (const path of tries)
      expect([path, (await reconciler.exec(['touch', path])).exit]).toEqual([path, 1]);
  });

  test('a commit is one reload, and the php-fpm beside it is left alone', async () => {
    const before = await node.sh('cat /srv/other/log');
    await waitForCommit(pod, await session.forge.commit('A: two\n'));
    expect([await getenv(), await reloads()]).toEqual(['two', 2]);
    expect(await readFigure(pod, 'reload_owed')).toBe(0);
    expect(await node.sh('cat /srv/other/log')).toBe(before);
  });

  test('a commit that changes no variable reloads nothing', async () => {
    await waitForCommit(pod, await session.forge.commit('# the same\nA: two\n'));
    expect(await reloads()).toBe(2);
  });

  test('a hand edit on the node is put back', async () => {
    await node.sh('echo edited >/etc/profile.d/shell_env.sh');
    await waitFor(
      'the healing',
      async () => !(await node.sh('cat /etc/profile.d/shell_env.sh')).includes('edited'),
    );
    expect(await reloads()).toBe(2);
  });

  test('a broken commit leaves php-fpm as it is', async () => {
    await session.forge.commit('A: [\n');
    await waitFor('the refusal', async () => (await readFigure(pod, 'last_run_exit_code')) === 14, 30_000);
    expect([await getenv(), await reloads()]).toEqual(['two', 2]);
    await waitFor('the staleness', async () => (await pod.ask('/readyz')).status === 503, 30_000);
    expect((await pod.ask('/healthz')).status).toBe(200);
    await waitForCommit(pod, await session.forge.commit('A: three\n'));
    expect([await getenv(), await reloads()]).toEqual(['three', 3]);
    await waitFor('readiness', async () => (await pod.ask('/readyz')).status === 200);
  });

  test('a commit that nobody known has signed is refused', async () => {
    await session.forge.commit('A: stranger\n', '--no-gpg-sign');
    await waitFor('the refusal', async () => (await readFigure(pod, 'last_run_exit_code')) === 15, 30_000);
    expect([await getenv(), await reloads()]).toEqual(['three', 3]);
    await waitForCommit(pod, await session.forge.commit('# signed\nA: three\n'));
    expect([await getenv(), await reloads()]).toEqual(['three', 3]);
  });

  test('ends when it is asked to, and leaves state and files on the node', async () => {
    console.info(
      `chart: the reconciler of a node has ${await readMemory(pod.container('reconciler'), 'root')} MiB`,
    );
    expect(await pod.container('reconciler').stop()).toBe(0);
    expect([await getenv(), await reloads()]).toEqual(['three', 3]);
    await pod.container('reconciler').remove();
    expect(await node.sh('ls /var/lib/reconcile')).toContain('ledger.json');
    pod = await startPod(session, node);
    await waitFor('readiness', async () => (await pod.ask('/readyz')).status === 200, 30_000);
    expect([await getenv(), await reloads()]).toEqual(['three', 3]);
  });

  test('without its one power it would not know the php-fpm of the node', async () => {
    await pod.container('reconciler').stop();
    await pod.container('reconciler').remove();
    await session.forge.commit('A: four\n');
    const change = (spec: PodSpec) => {
      const containers = spec.containers.map((each) => ({
        ...each,
        securityContext: { ...each.securityContext, capabilities: { drop: ['ALL'] } },
      }));
      return { ...spec, containers };
    };
    pod = await startPod(session, node, { change });
    await waitFor('the failure', async () => (await readFigure(pod, 'last_run_exit_code')) === 19, 30_000);
    expect(await pod.container('reconciler').logs()).toContain('no php-fpm master that we may signal');
    expect([await getenv(), await reloads()]).toEqual(['three', 3]);
  });

  test('finds sockets in a directory that their service makes anew, where the one above is mounted', async () => {
    await pod.container('reconciler').stop();
    await pod.container('reconciler').remove();
    pod = await startPod(session, node, { values: { daemonset: { phpFpm: { socketDirectory: '/run' } } } });
    await waitFor('readiness', async () => (await pod.ask('/readyz')).status === 200, 30_000);
    expect(await getenv()).toBe('four');
    await node.sh(`
      pid=$(cat /run/php/php8.2-fpm.pid)
      kill "$pid"
      while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
      rm -r /run/php
      mkdir /run/php
      php-fpm8.2 --daemonize --fpm-config /etc/php/8.2/fpm/php-fpm.conf`);
    await waitForCommit(pod, await session.forge.commit('A: five\n'));
    expect(await getenv()).toBe('five');
    expect(await readFigure(pod, 'reload_owed')).toBe(0);
  });
});
