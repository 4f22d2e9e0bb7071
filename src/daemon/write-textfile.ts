import type { RunEvent } from '../core/daemon/report.ts';
import type { Sample } from '../core/metrics/exposition.ts';
import { renderExposition } from '../core/metrics/exposition.ts';
import { markRenewable } from '../core/metrics/renewal.ts';
import type { Listener, Textfile } from '../ports/daemon.ts';
import type { Log } from '../ports.ts';
import { SideWork } from './side-work.ts';

export interface TextfileOptions {
  readonly textfile: Textfile;
  /** The figures after the run that is heard of. */
  readonly readGauges: () => readonly Sample[];
  /** Time alone changes what is told of this host: it has change windows. */
  readonly hasWindows: boolean;
  readonly log: Log;
}

/**
 * Writes the gauges for somebody else to collect, after each run. A file that cannot be written is a warning: a run ends as it
 * would have without it.
 */
export function textfileListener(options: TextfileOptions): Listener {
  const side = new SideWork(options.log);
  return { hear: (event) => void side.try('textfile', () => writeGauges(options, event)) };
}

function writeGauges({ textfile, readGauges, hasWindows }: TextfileOptions, event: RunEvent): void {
  const samples = readGauges();
  const text = renderExposition(samples);
  const isRenewable = event.report.status === 'in-sync' && isCalm(samples) && !hasWindows;
  textfile.write(isRenewable ? markRenewable(text) : text);
}

/** What else can end without a run: see quiet.ts. */
const CALM: Readonly<Partial<Record<Sample['family'], number>>> = {
  state_readable: 1,
  reload_owed: 0,
  drift: 0,
  paused: 0,
  heal_only: 0,
};

function isCalm(samples: readonly Sample[]): boolean {
  return samples.every(({ family, value }) => (CALM[family] ?? value) === value);
}
