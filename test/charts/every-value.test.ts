import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { CHART } from '../../scripts/chart-files.ts';
import { describeWithHelm, renderManifests, runHelm } from '../helpers/chart.ts';
import { judgeManifests } from '../helpers/judge-manifests.ts';
import { findContainer, readPod } from '../helpers/pod.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const probe = { exec: { command: ['true'] } };
const mount = { name: 'further', mountPath: '/further' };

/** Each value that adds something where it is not empty. */
const EVERY = {
  fullnameOverride: 'php-env',
  commonLabels: { team: 'ops' },
  commonAnnotations: { owner: 'ops' },
  image: { pullSecrets: ['registry'] },
  configuration: {
    host: { name: 'web', environment: 'prod-01' },
    notify: { slack: { url_file: '/further/url' } },
  },
  signers: {
    existingConfigMap: 'signers',
    allowedSignersKey: 'allowed',
    revokedKeysKey: 'revoked',
    openpgpKeysKey: 'openpgp',
  },
  daemonset: { hostNetwork: true, seLinuxOptions: { type: 'spc_t' } },
  sidecar: {
    phpFpm: {
      env: [{ name: 'A', value: 'b' }],
      resources: { limits: { memory: '1Gi' } },
      readinessProbe: probe,
      livenessProbe: probe,
      volumeMounts: [mount],
    },
    extraContainers: [{ name: 'web', image: 'nginx' }],
    pdb: { enabled: true, minAvailable: '50%' },
  },
  podMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true },
  dashboard: { enabled: true },
  networkPolicy: { enabled: true, from: [{ podSelector: {} }], extraIngress: [{ ports: [{ port: 80 }] }] },
  serviceAccount: { name: 'php-env', annotations: { a: 'b' } },
  podAnnotations: { a: 'b' },
  podLabels: { a: 'b' },
  priorityClassName: 'high',
  nodeSelector: { a: 'b' },
  tolerations: [{ operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
  extraEnv: [{ name: 'TZ', value: 'Asia/Shanghai' }],
  extraVolumes: [{ name: 'further', secret: { secretName: 'further' } }],
  extraVolumeMounts: [mount],
};

function renderWith(variant: string, values: unknown) {
  const file = join(temporaryDirectory(), 'values.yaml');
  writeFileSync(file, stringify(values));
  const further = ['--values', file];
  const { said } = runHelm([
    'lint',
    '--strict',
    CHART,
    '-f',
    join(CHART, 'ci', `${variant}-values.yaml`),
    ...further,
  ]);
  expect(said).toContain('0 chart(s) failed');
  return renderManifests(variant, { further });
}

describeWithHelm('every value at once', () => {
  test.each(['daemonset', 'sidecar', 'webhook'])('makes objects that Kubernetes knows: %s', (variant) => {
    const manifests = renderWith(variant, EVERY);
    expect(judgeManifests(manifests)).toBe('');
    const { spec, annotations, labels } = readPod(manifests);
    expect(spec).toMatchObject({ priorityClassName: 'high', serviceAccountName: 'php-env' });
    expect([annotations.a, labels.a]).toEqual(['b', 'b']);
    const { env = [], volumeMounts = [] } = findContainer(spec, 'reconciler');
    expect(env.map(({ name }) => name)).toEqual(['TZ']); // the host has a name already
    const volumes = (spec.volumes ?? []).map(({ name }) => name);
    expect(volumeMounts.filter(({ name }) => !volumes.includes(name))).toEqual([]);
    expect(manifests.map(({ metadata }) => metadata.annotations?.owner)).toEqual(manifests.map(() => 'ops'));
  });

  test('and none of them leaves nothing half written', () => {
    const none = {
      configuration: { host: { name: 'web' } },
      serviceAccount: { create: false },
      resources: {},
      image: { tag: 'v1' },
      sidecar: { replicas: null, phpFpm: { port: null, configuration: '[global]', securityContext: {} } },
    };
    const manifests = renderWith('sidecar', none);
    expect(judgeManifests(manifests)).toBe('');
    expect(manifests.filter(({ kind }) => kind === 'ServiceAccount')).toEqual([]);
    expect(findContainer(readPod(manifests).spec, 'reconciler').env).toBeUndefined();
    expect(manifests.find(({ kind }) => kind === 'Deployment')?.spec).not.toHaveProperty('replicas');
  });
});
