import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { OWN_SETTINGS } from '../../scripts/chart-schema.ts';
import type { Config, HostFacts } from '../../src/config/config.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { readWritten } from '../../src/config/written.ts';
import { OWN_PATHS } from '../../src/core/http/own-paths.ts';
import { DEFAULT_CONFIG_PATH } from '../../src/core/paths.ts';
import { describeWithHelm, findManifest, renderManifests, VARIANTS } from '../helpers/chart.ts';
import { allContainers, findContainer, findMount, readPod } from '../helpers/pod.ts';

/** A container with nothing in it but the program. */
const CONTAINER: HostFacts = {
  hostname: 'web-0',
  uid: 33,
  gid: 33,
  isDirectory: () => false,
  uidOf: () => null,
  gidOf: () => null,
  phpFpms: () => [],
};

function configurationOf(variant: string): string {
  return (
    findManifest(renderManifests(variant), 'ConfigMap', 'php-env-reconciler').data?.['config.yaml'] ?? ''
  );
}

/** As the program in the pod reads it. */
function resolve(variant: string): Config {
  const { env = [] } = findContainer(readPod(renderManifests(variant)).spec, 'reconciler');
  const overrides = Object.fromEntries(env.map(({ name }) => [name, 'node-1']));
  const written = readWritten('config.yaml', Buffer.from(configurationOf(variant)), overrides);
  const resolved = written.value === null ? null : resolveConfig(written.value, CONTAINER);
  expect([...written.complaints, ...(resolved?.complaints ?? [])]).toEqual([]);
  if (!resolved?.value) throw new Error(`${variant}: no configuration`);
  return resolved.value;
}

const isSidecar = (variant: string): boolean => ['sidecar', 'webhook'].includes(variant);

describeWithHelm('the host configuration of a pod', () => {
  test.each(VARIANTS)('%s: the program has nothing against it', (variant) => {
    const { profile, phpFpm, repository } = resolve(variant);
    expect(profile.name).toBe('node-1');
    expect(phpFpm?.binary).toBeNull();
    expect(repository.access.tokenFile ?? repository.access.identityFile ?? '/etc/reconcile-').toContain(
      '/etc/reconcile-',
    );
  });

  test.each(VARIANTS)('%s: every place that is written can be written', (variant) => {
    const { state, lock, listener, profile } = resolve(variant);
    const container = findContainer(readPod(renderManifests(variant)).spec, 'reconciler');
    const places = [
      state,
      lock,
      listener.control.socket,
      '/tmp',
      ...profile.destinations.map(({ path }) => path),
    ];
    expect(container.securityContext?.readOnlyRootFilesystem).toBe(true);
    for (const place of places) {
      const mount = findMount(container, place);
      expect([place, mount?.readOnly ?? false, mount?.mountPath === place]).toEqual([
        place,
        false,
        place === '/tmp' || (place === state && !isSidecar(variant)),
      ]);
    }
  });

  test.each(VARIANTS)('%s: every file that is read is mounted', (variant) => {
    const { repository, listener, phpFpm } = resolve(variant);
    const { access, trust } = repository;
    const container = findContainer(readPod(renderManifests(variant)).spec, 'reconciler');
    const files = [
      DEFAULT_CONFIG_PATH,
      phpFpm?.config,
      access.tokenFile,
      access.identityFile,
      access.knownHostsFile,
      access.caFile,
      trust.allowedSignersFile,
      listener.webhook?.secretFile,
    ].filter((file) => typeof file === 'string');
    expect(files.length).toBeGreaterThanOrEqual(2);
    expect(files.filter((file) => findMount(container, file)?.readOnly !== true)).toEqual([]);
  });

  test.each(VARIANTS)('%s: a list of keys is mounted by itself, for it must be no link', (variant) => {
    const { trust } = resolve(variant).repository;
    const container = findContainer(readPod(renderManifests(variant)).spec, 'reconciler');
    const lists = [trust.allowedSignersFile, trust.revokedKeysFile, trust.openpgpKeysFile].filter(
      (file) => file !== null,
    );
    expect(lists.length).toBe(variant === 'air-gapped' ? 1 : 0);
    expect(lists.filter((file) => findMount(container, file)?.mountPath !== file)).toEqual([]);
  });

  test.each(VARIANTS)('%s: the probes ask where the daemon answers', (variant) => {
    const { tcp } = resolve(variant).listener;
    const { ports, ...container } = findContainer(readPod(renderManifests(variant)).spec, 'reconciler');
    expect(ports).toEqual([{ name: 'http', containerPort: tcp?.port }]);
    expect(tcp?.address).toBe('0.0.0.0');
    const probes = [container.livenessProbe, container.readinessProbe, container.startupProbe];
    const asked = probes.flatMap((probe) => probe?.httpGet ?? []);
    expect(asked.length).toBe(2);
    expect(asked.filter(({ path = '', port }) => port !== 'http' || !OWN_PATHS.includes(path))).toEqual([]);
    expect(container.livenessProbe?.httpGet?.path).toBe('/healthz');
  });

  test.each(VARIANTS)('%s: a run has time to end', (variant) => {
    const { terminationGracePeriodSeconds = 0 } = readPod(renderManifests(variant)).spec;
    expect(terminationGracePeriodSeconds * 1000).toBeGreaterThan(resolve(variant).limits.runMs + 10_000);
  });

  test.each(VARIANTS)('%s: what the chart writes by itself cannot be given', (variant) => {
    const written = pathsOf(parse(configurationOf(variant)));
    const own = written.filter((path) =>
      OWN_SETTINGS.some((each) => path === each || path.startsWith(`${each}.`)),
    );
    expect(own).toEqual(expect.arrayContaining(['state', 'lock', 'listen.port', 'php_fpm.config']));
    const settings = SETTINGS.map(({ path }) => path);
    expect(written.filter((path) => !settings.includes(path))).toEqual([]);
  });
});

describeWithHelm('the two containers of a sidecar', () => {
  test.each(['sidecar', 'webhook'])('%s: see file and main configuration under one path', (variant) => {
    const { spec } = readPod(renderManifests(variant));
    const { profile, phpFpm } = resolve(variant);
    const [file = ''] = profile.destinations.map(({ path }) => path);
    const main = phpFpm?.config ?? '';
    const [fpm, reconciler] = ['php-fpm', 'reconciler'].map((name) => findContainer(spec, name));
    if (fpm === undefined || reconciler === undefined) throw new Error('a container is missing');
    for (const path of [file, main]) {
      const { name, mountPath } = findMount(fpm, path) ?? {};
      expect(findMount(reconciler, path)).toMatchObject({ name, mountPath });
    }
    expect(fpm.command?.slice(-2)).toEqual(['-y', main]);
    expect(findMount(fpm, file)?.readOnly).toBe(true);
  });

  test.each(['sidecar', 'webhook'])(
    '%s: run as one user without powers, as Pod Security `restricted` wants it',
    (variant) => {
      const { spec } = readPod(renderManifests(variant));
      expect(spec).toMatchObject({ shareProcessNamespace: true, enableServiceLinks: false });
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 33,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext } of allContainers(spec)) {
        expect(securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        });
        expect(securityContext?.capabilities?.add).toBeUndefined();
        expect(securityContext?.runAsUser).toBeUndefined();
      }
      expect(spec.hostPID ?? spec.hostNetwork ?? false).toBe(false);
      expect((spec.volumes ?? []).filter((volume) => volume.hostPath !== undefined)).toEqual([]);
    },
  );

  test.each(['sidecar', 'webhook'])(
    '%s: share directories in memory, which have the sticky bit',
    (variant) => {
      const { volumes = [] } = readPod(renderManifests(variant)).spec;
      const empty = volumes.filter(({ emptyDir }) => emptyDir !== undefined);
      expect(empty.map(({ name, emptyDir }) => [name, emptyDir?.medium])).toEqual(
        ['tmp', 'work', 'php-env'].map((name) => [name, 'Memory']),
      );
    },
  );

  test('stay ready while the repository is away', () => {
    const { spec } = readPod(renderManifests('sidecar'));
    expect(findContainer(spec, 'reconciler').readinessProbe).toBeUndefined();
    expect(findContainer(spec, 'php-fpm').readinessProbe?.tcpSocket?.port).toBe('fastcgi');
  });
});

function pathsOf(node: unknown, path = ''): readonly string[] {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return [path];
  return Object.entries(node).flatMap(([name, below]) =>
    pathsOf(below, path === '' ? name : `${path}.${name}`),
  );
}
