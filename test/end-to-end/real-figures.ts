import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatLedger, parseLedger } from '../../src/adapters/ledger-format.ts';
import type { LedgerRecord } from '../../src/core/types.ts';
import type { Series } from '../core/metrics/parse-exposition.ts';
import { parseExposition } from '../core/metrics/parse-exposition.ts';
import { waitFor } from '../helpers/wait-for.ts';
import type { RealDaemon } from './real-daemon.ts';
import { startDaemon } from './real-daemon.ts';
import type { RealHost } from './real-host.ts';
import { ask } from './real-listener.ts';

/** A daemon that is asked for its figures. */
export interface MeasuredDaemon extends RealDaemon {
  scrape(): Promise<string>;
  series(): Promise<Series>;
  /** Waits until the figures are so. */
  until(what: string, is: (series: Series) => boolean): Promise<Series>;
}

/** Starts one; its first run is over when this settles. It ends with the test. */
export async function startMeasuredDaemon(host: RealHost): Promise<MeasuredDaemon> {
  const daemon = await startDaemon(host);
  const socketPath = join(host.directory, 'var', 'run', 'control', 'socket');
  const scrape = async () => (await ask({ what: 'GET /metrics', place: { socketPath } })).body;
  const series = async () => parseExposition(await scrape());
  const until: MeasuredDaemon['until'] = async (what, is) => {
    let last = await series();
    await waitFor(what, async () => {
      last = await series();
      return is(last);
    });
    return last;
  };
  await until('the first run', (found) => found.has('last_run_timestamp_seconds'));
  return { ...daemon, scrape, series, until };
}

/** Changes the ledger as a run that was killed, or somebody else, would have left it. */
export function editLedger(host: RealHost, edit: (record: LedgerRecord) => LedgerRecord): void {
  const path = join(host.state, 'ledger.json');
  const record = parseLedger(readFileSync(path, 'utf8'));
  if (record === null) throw new Error('the ledger is damaged');
  writeFileSync(path, formatLedger(edit(record)));
}

/** The debt of a run that was killed. */
export const DEBT = {
  phase: 'prepared',
  fingerprint: null,
  commit: null,
  incarnation: null,
  runs: 'unknown',
  attempts: 1,
} as const;
