import type { Listener } from '../ports/daemon.ts';
import type { OpenHost } from '../wire.ts';

/** Who hears of a run that is none of a daemon's. Loads what the host's configuration asks for and nothing else. */
export async function openListeners(host: OpenHost): Promise<readonly Listener[]> {
  if (host.config.metrics.textfile === null) return [];
  const { makeMetrics, makeTextfile } = await import('./make-metrics.ts');
  const metrics = makeMetrics(() => host, host.world.log);
  return [metrics, ...makeTextfile(host, metrics)];
}
