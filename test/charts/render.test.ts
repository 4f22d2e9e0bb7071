import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHART } from '../../scripts/chart-files.ts';
import type { Manifest } from '../helpers/chart.ts';
import { describeWithHelm, renderChart, renderManifests, runHelm, VARIANTS } from '../helpers/chart.ts';
import { readPod } from '../helpers/pod.ts';

const LONG = 'a-release-with-the-longest-name-that-helm-takes-at-a';

/** Kinds that give or hold rights, or a secret. */
const NEVER = ['Secret', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

const EVERYTHING = [
  'podMonitor.enabled=true',
  'prometheusRule.enabled=true',
  'dashboard.enabled=true',
  'networkPolicy.enabled=true',
].flatMap((setting) => ['--set', setting]);

function selectorsOf({ kind, spec = {} }: Manifest): readonly unknown[] {
  const { selector, podSelector } = spec as { selector?: { matchLabels?: unknown }; podSelector?: unknown };
  if (kind === 'Service') return [selector];
  return [selector?.matchLabels, (podSelector as { matchLabels?: unknown } | undefined)?.matchLabels].filter(
    (labels) => labels !== undefined,
  );
}

describeWithHelm('the chart, rendered', () => {
  test.each(VARIANTS)('%s has no mistake that helm lint knows', (variant) => {
    const { exit, said } = runHelm([
      'lint',
      '--strict',
      CHART,
      '--values',
      join(CHART, 'ci', `${variant}-values.yaml`),
    ]);
    expect(said).not.toMatch(/\[(WARNING|ERROR)\]/);
    expect(exit).toBe(0);
  });

  test.each(VARIANTS)('%s is what it was', async (variant) => {
    await expect(renderChart(variant)).toMatchFileSnapshot(`../fixtures/charts/${variant}.yaml`);
  });

  test.each(VARIANTS)('%s gives nobody a right and holds no secret', (variant) => {
    const manifests = renderManifests(variant, { further: EVERYTHING });
    expect(manifests.length).toBeGreaterThan(5);
    expect(manifests.filter(({ kind }) => NEVER.includes(kind))).toEqual([]);
    expect(readPod(manifests).spec.automountServiceAccountToken).toBe(false);
    expect(JSON.stringify(manifests)).not.toMatch(
      /PRIVATE KEY|"stringData"|"password"|:\/\/[^/"@ ]+:[^/"@ ]+@/,
    );
  });

  test.each(VARIANTS)(
    '%s chooses the same pods in every object, and in every version of the chart',
    (variant) => {
      const manifests = renderManifests(variant, { further: [...EVERYTHING, '--set', 'image.tag=other'] });
      const selectors = manifests.flatMap(selectorsOf);
      const stable = { 'app.kubernetes.io/name': 'php-env-reconciler', 'app.kubernetes.io/instance': 'web' };
      expect(selectors.length).toBeGreaterThan(2);
      expect(new Set(selectors.map((labels) => JSON.stringify(labels)))).toEqual(
        new Set([JSON.stringify(stable)]),
      );
      expect(readPod(manifests).labels).toMatchObject(stable);
    },
  );

  test.each(VARIANTS)(
    '%s has names that Kubernetes takes, however long that of the release is',
    (variant) => {
      const manifests = renderManifests(variant, { release: LONG, further: EVERYTHING });
      const names = manifests.map(({ metadata }) => metadata.name);
      expect(
        names.filter((name) => name.length > 63 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)),
      ).toEqual([]);
      expect(new Set(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).size).toBe(
        names.length,
      );
      const labels = manifests.flatMap(({ metadata }) => Object.values(metadata.labels));
      expect(labels.filter((label) => label.length > 63)).toEqual([]);
    },
  );
});

describeWithHelm('php-fpm starts when its variables are there', () => {
  test.each(['1.29.0', '1.30.0', '1.35.0'])(
    'Kubernetes %s waits for the reconciler, which stays',
    (kubeVersion) => {
      const { initContainers = [], containers } = readPod(renderManifests('sidecar', { kubeVersion })).spec;
      expect(containers.map(({ name }) => name)).toEqual(['php-fpm']);
      expect(initContainers.map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([
        ['prepare', undefined],
        ['reconciler', 'Always'],
      ]);
      expect(initContainers[1]?.startupProbe?.httpGet?.path).toBe('/readyz');
    },
  );

  test.each(['1.20.0', '1.28.0'])(
    'Kubernetes %s runs once before, and the daemon beside it',
    (kubeVersion) => {
      const { initContainers = [], containers } = readPod(renderManifests('sidecar', { kubeVersion })).spec;
      expect(initContainers.map(({ name, args, restartPolicy }) => [name, args, restartPolicy])).toEqual([
        ['prepare', undefined, undefined],
        ['first-run', ['--once'], undefined],
      ]);
      expect(containers.map(({ name, args }) => [name, args])).toEqual([
        ['php-fpm', undefined],
        ['reconciler', ['daemon']],
      ]);
    },
  );
});

describeWithHelm('what is written in another way for an older Kubernetes', () => {
  test.each([
    ['1.20.0', 'policy/v1beta1'],
    ['1.21.0', 'policy/v1'],
  ])('Kubernetes %s gets a PodDisruptionBudget of %s', (kubeVersion, apiVersion) => {
    const manifests = renderManifests('sidecar', { kubeVersion });
    expect(manifests.find(({ kind }) => kind === 'PodDisruptionBudget')).toMatchObject({ apiVersion });
  });

  test.each([
    ['1.29.0', 'unconfined', undefined],
    ['1.30.0', undefined, 'Unconfined'],
  ])('Kubernetes %s is told about AppArmor in its own way', (kubeVersion, annotation, profile) => {
    const { annotations, spec } = readPod(renderManifests('daemonset', { kubeVersion }));
    expect(annotations['container.apparmor.security.beta.kubernetes.io/reconciler']).toBe(annotation);
    expect(spec.containers[0]?.securityContext?.appArmorProfile?.type).toBe(profile);
  });
});
