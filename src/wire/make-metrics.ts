import { fileMoment } from '../adapters/moment.ts';
import { VERSION } from '../core/version.ts';
import { Metrics } from '../daemon/metrics.ts';
import type { Log } from '../ports.ts';
import type { OpenHost } from '../wire.ts';

/** The figures of a host. `open` gives the host as it is configured now, and may then throw CONFIG_INVALID. */
export function makeMetrics(open: () => OpenHost, log: Log): Metrics {
  return new Metrics({
    world: () => open().world,
    success: fileMoment(open().config.state, 'success'),
    build: { version: VERSION, node_version: process.versions.node },
    log,
  });
}
