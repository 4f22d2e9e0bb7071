import { expect, test } from 'vitest';
import type { Manifest } from '../helpers/chart.ts';
import { describeWithHelm, findManifest, renderManifests, VARIANTS } from '../helpers/chart.ts';
import { judgeManifests } from '../helpers/judge-manifests.ts';

/** Its own types do not pass our compiler's settings, so that it is loaded without them. */
const operator: string = '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
type Model = new (manifest: Manifest) => { validate(): void };
const { PodMonitor, PrometheusRule }: Readonly<Record<'PodMonitor' | 'PrometheusRule', Model>> = await import(
  operator
);

describeWithHelm('the objects are as Kubernetes has them', () => {
  // The types are those of Kubernetes 1.30, which knows both ways to start php-fpm after the reconciler.
  test.each(['1.28.0', '1.35.0'])('of each values file for Kubernetes %s', (kubeVersion) => {
    const manifests = VARIANTS.flatMap((variant) => renderManifests(variant, { kubeVersion }));
    expect(manifests.length).toBeGreaterThan(20);
    expect(judgeManifests(manifests)).toBe('');
  });

  test('a field with a wrong letter would be told', () => {
    const manifests = renderManifests('daemonset');
    const text = JSON.stringify(manifests).replace('hostPID', 'hostPid');
    expect(judgeManifests(JSON.parse(text))).toMatch(/hostPid"?' does not exist in type 'PodSpec'/);
  });

  test('a number in the place of a text would be told', () => {
    const text = JSON.stringify(findManifest(renderManifests('monitoring'), 'PodMonitor'));
    expect(judgeManifests([JSON.parse(text.replace('"port":"http"', '"port":9480'))])).toContain(
      "'number' is not assignable to type 'string'",
    );
  });
});

describeWithHelm("the operator's own objects", () => {
  const find = (kind: string): Manifest => findManifest(renderManifests('monitoring'), kind);

  test('pass its schemas', () => {
    new PodMonitor(find('PodMonitor')).validate();
    new PrometheusRule(find('PrometheusRule')).validate();
  });

  test('would not pass with a number for a port', () => {
    const text = JSON.stringify(find('PodMonitor')).replace('"port":"http"', '"port":9480');
    expect(() => new PodMonitor(JSON.parse(text)).validate()).toThrow('port must be string');
  });

  test('ask the port that the pods have', () => {
    const { spec } = find('PodMonitor') as { spec?: { podMetricsEndpoints?: unknown } };
    expect(spec?.podMetricsEndpoints).toMatchObject([{ port: 'http', path: '/metrics' }]);
  });
});
