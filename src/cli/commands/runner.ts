import { createInterface } from 'node:readline';
import type { RunReport } from '../../core/daemon/report.ts';
import { reportThrown } from '../../core/daemon/report.ts';
import { ReconcileError } from '../../core/errors.ts';
import { makeReport } from '../../reconcile/account.ts';
import { reconcile } from '../../reconcile/reconcile.ts';
import { keepHost } from '../../wire/keep-host.ts';
import type { OpenHost } from '../../wire.ts';
import type { Call, Command } from '../command.ts';
import { configOption } from '../config-option.ts';
import { hostRequestOf } from '../open-host.ts';
import { runInTime } from '../run-in-time.ts';

/** What the daemon calls this program with: a run for each line of stdin, its report as a line on stdout. */
export const runner: Command = {
  name: 'runner',
  summary: 'carry out the runs of a daemon',
  argument: null,
  options: [configOption],
  async run(call: Call): Promise<number> {
    // Whoever ends the daemon with its group lets the run in flight come to its end.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => undefined);
    const open = keepHost(hostRequestOf(call));
    for await (const _ of createInterface({ input: call.io.stdin() })) {
      const report = await runOnce(open);
      call.io.stdout.write(`${JSON.stringify(report)}\n`);
      if (report.error?.code === 'DEADLINE') return report.exitCode; // what hangs must not go on beside the next run
    }
    return 0;
  },
};

async function runOnce(open: () => OpenHost): Promise<RunReport> {
  try {
    return makeReport(await runInTime(open(), reconcile), false);
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    return reportThrown(error);
  }
}
