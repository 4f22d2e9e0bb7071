import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../helpers/chart.ts';
import { findManifest } from '../helpers/chart.ts';
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

const ADDRESS = '127.0.0.1:9000';
const SECRET = 'a secret of more than 16 bytes';

interface Rendered {
  readonly manifests: readonly Manifest[];
  readonly spec: PodSpec;
}

/** The mode as a user has it: php-fpm of Debian, webhooks of any program. */
function render(session: PodSession, kubeVersion: string): Rendered {
  const values = {
    sidecar: { phpFpm: { image: session.images.php, command: ['php-fpm8.2', '-F'] } },
    webhook: { enabled: true, sender: 'generic', existingSecret: 'webhook' },
  };
  const manifests = renderForSession(session, { name: 'sidecar', kubeVersion, values });
  return { manifests, spec: readPod(manifests).spec };
}

async function startPod(session: PodSession, { manifests, spec }: Rendered): Promise<Pod> {
  const { containers, forge, images, directory } = session;
  const probe = join(directory, 'probe.php');
  writeFileSync(probe, PROBE);
  const contents = contentsOf(manifests, { repository: forge.secret, webhook: { secret: SECRET } });
  const files = { 'php-fpm': { [PROBE_PATH]: probe } };
  return await runPod(containers, {
    directory,
    name: 'web-7f9c',
    spec,
    contents,
    files,
    pause: images.reconciler,
  });
}

async function waitForPhpFpm(pod: Pod): Promise<void> {
  const php = pod.container('php-fpm');
  const look = async () => (await php.exec(['bash', '-c', '</dev/tcp/127.0.0.1/9000'])).exit === 0;
  await waitFor('php-fpm', look);
}

describe.skipIf(!canStartSystems()).each(['1.35.0', '1.28.0'])(
  'the pod of the mode sidecar, Kubernetes %s',
  (kubeVersion) => {
    let session: PodSession;
    let rendered: Rendered;
    let pod: Pod;

    usePodSession(async (opened) => {
      session = opened;
      rendered = render(session, kubeVersion);
      pod = await startPod(session, rendered);
      await waitForPhpFpm(pod);
    });

    const getenv = () => readVariable(pod.container('php-fpm'), ADDRESS, 'A');
    const reloads = async () => countReloads(await pod.container('php-fpm').logs());

    test('starts php-fpm with its variables, and reloads nothing for it', async () => {
      expect(await getenv()).toBe('one');
      expect(await reloads()).toBe(0);
      await waitFor('readiness', async () => (await pod.ask('/readyz')).status === 200);
    });

    test('gives nobody a power, and nothing to write on', async () => {
      for (const name of ['php-fpm', 'reconciler']) {
        const said = await pod
          .container(name)
          .sh('id -u; grep -E "CapEff|NoNewPrivs" /proc/self/status', { user: '33' });
        expect(said).toBe('33\nCapEff:\t0000000000000000\nNoNewPrivs:\t1');
      }
      expect(await pod.container('reconciler').exec(['touch', '/x'], { user: '33' })).not.toMatchObject({
        exit: 0,
      });
    });

    test('a commit is one reload, which is proven', async () => {
      const commit = await session.forge.commit('A: two\n');
      await waitForCommit(pod, commit);
      expect(await getenv()).toBe('two');
      expect(await reloads()).toBe(1);
      expect(await readFigure(pod, 'reloads_total')).toBe(1);
      expect(await readFigure(pod, 'reload_owed')).toBe(0);
    });

    test('a commit that changes no variable reloads nothing', async () => {
      await waitForCommit(pod, await session.forge.commit('# the same\nA: two\n'));
      expect(await reloads()).toBe(1);
    });

    test('a broken commit leaves php-fpm as it is', async () => {
      const broken = await session.forge.commit('A: [\n');
      await waitFor('the refusal', async () => (await readFigure(pod, 'last_run_exit_code')) === 14, 30_000);
      expect(await readFigure(pod, `applied_info{commit="${broken}"}`)).toBeNull();
      expect(await getenv()).toBe('two');
      expect(await reloads()).toBe(1);
      await waitForCommit(pod, await session.forge.commit('A: three\n'));
      expect(await getenv()).toBe('three');
      expect(await reloads()).toBe(2);
    });

    test('a webhook that is rightly signed asks for a run', async () => {
      const signature = createHmac('sha256', SECRET).update('').digest('hex');
      const post = async (signed: string) => {
        const head = `POST /webhook HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\nContent-Length: 0\\r\\nX-Signature-256: sha256=${signed}\\r\\n\\r\\n`;
        const script = `exec 3<>/dev/tcp/127.0.0.1/9480; printf '${head}' >&3; head -n 1 <&3`;
        return (await session.containers.run(['bash', '-c', script])).stdout.trim();
      };
      expect(await post(signature)).toMatch(/^HTTP\/1.1 202/);
      expect(await post(signature.replaceAll(/\d/g, '0'))).toMatch(/^HTTP\/1.1 40[13]/);
    });

    test('says that it is stale while the server is away, lives on, and so does php-fpm', async () => {
      await session.forge.shut();
      await waitFor('the staleness', async () => (await pod.ask('/readyz')).status === 503, 60_000);
      expect((await pod.ask('/readyz')).body).toContain('no run has ended well');
      expect((await pod.ask('/healthz')).status).toBe(200);
      expect(await getenv()).toBe('three');
      await session.forge.open();
      await waitFor('readiness', async () => (await pod.ask('/readyz')).status === 200, 60_000);
    });

    test('passes what `helm test` runs', async () => {
      const tests = findManifest(rendered.manifests, 'Pod', '-test-healthz').spec as unknown as PodSpec;
      const [script = ''] = tests.containers[0]?.args ?? [];
      const atThePod = script.replace('/80"', '/9480"'); // where the Service leads to
      const words = ['env', 'HOST=127.0.0.1', ...(tests.containers[0]?.command ?? []), atThePod];
      expect(atThePod).not.toBe(script);
      expect(await pod.container('reconciler').exec(words, { user: '33' })).toMatchObject({ exit: 0 });
    });

    test('answers whoever looks', async () => {
      const status = await pod.container('reconciler').exec(['reconcile', 'status'], { user: '33' });
      expect(status).toMatchObject({ exit: 0, stderr: '' });
      const doctor = await pod.container('reconciler').exec(['reconcile', 'doctor'], { user: '33' });
      expect(doctor.exit).toBe(0);
      const found = [...doctor.stdout.matchAll(/^(\w+): .*\[(\w+)\]$/gm)].map((match) => match.slice(1));
      expect(found).toEqual([
        ['note', 'NOT_REHEARSED'],
        ['note', 'STATE_NOT_KEPT'],
      ]);
    });

    test('a reconciler that ends and comes back remembers what was live', async () => {
      const reconciler = pod.container('reconciler');
      expect(await reconciler.stop()).toBe(0);
      expect(await getenv()).toBe('three');
      await reconciler.startAgain();
      await waitFor('readiness', async () => (await pod.ask('/readyz')).status === 200, 30_000);
      expect(await reloads()).toBe(2);
      await waitForCommit(pod, await session.forge.commit('A: four\n'));
      expect([await getenv(), await reloads()]).toEqual(['four', 3]);
    });

    test('a php-fpm that ends and comes back has the variables at once', async () => {
      const php = pod.container('php-fpm');
      const before = await reloads();
      expect(await php.stop()).toBe(0);
      await php.startAgain();
      await waitForPhpFpm(pod);
      expect(await getenv()).toBe('four');
      await waitForCommit(pod, await session.forge.commit('A: five\n'));
      expect([await getenv(), await reloads()]).toEqual(['five', before + 1]);
      expect(await readFigure(pod, 'reload_owed')).toBe(0);
    });

    test('ends when it is asked to', async () => {
      console.info(`chart: the reconciler of a pod has ${await readMemory(pod.container('reconciler'))} MiB`);
      expect(await pod.container('php-fpm').stop()).toBe(0);
      expect(await pod.container('reconciler').stop()).toBe(0);
    });
  },
);

describe.skipIf(!canStartSystems())('a pod with its directories on a disk', () => {
  let session: PodSession;

  usePodSession(async (opened) => {
    session = opened;
  });

  test('is not started: everybody could write there', async () => {
    const { manifests, spec } = render(session, '1.28.0');
    const volumes = (spec.volumes ?? []).map((each) =>
      each.emptyDir === undefined ? each : { ...each, emptyDir: {} },
    );
    await expect(startPod(session, { manifests, spec: { ...spec, volumes } })).rejects.toThrow(
      /first-run ended with \d+: .*can be written by others/s,
    );
  });
});
