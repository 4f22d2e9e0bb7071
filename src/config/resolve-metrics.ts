import type { MetricsConfig } from './config.ts';
import type { Resolving } from './resolving.ts';
import { wrong } from './resolving.ts';

/** Where figures go. The collector reads no other names than `*.prom`. */
export function resolveMetrics({ written, complaints }: Resolving): MetricsConfig {
  const textfile = written.text('metrics.textfile');
  if (textfile !== null && !/[^/]\.prom$/.test(textfile)) {
    const message = `metrics.textfile must end in .prom, not be ${JSON.stringify(textfile)}`;
    complaints.push(wrong(written.at('metrics.textfile'), message));
  }
  return { textfile };
}
