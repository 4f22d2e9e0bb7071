import { fileMoment } from '../adapters/moment.ts';
import { openTextfile } from '../adapters/textfile.ts';
import { VERSION } from '../core/version.ts';
import { Metrics } from '../daemon/metrics.ts';
import { textfileListener } from '../daemon/write-textfile.ts';
import type { Listener } from '../ports/daemon.ts';
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

/** Writes the textfile, where the host's configuration names one. It listens behind the figures. */
export function makeTextfile({ config, world }: OpenHost, { readGauges }: Metrics): readonly Listener[] {
  const { metrics, windows } = config;
  if (metrics.textfile === null) return [];
  const textfile = openTextfile(metrics.textfile);
  return [textfileListener({ textfile, readGauges, hasWindows: windows.length > 0, log: world.log })];
}
