import { makeErrorFinding } from '../../core/doctor/check-setup.ts';
import type { Finding } from '../../core/doctor/facts.ts';
import { ERRORS, ReconcileError } from '../../core/errors.ts';
import { diagnose } from '../../reconcile/diagnose.ts';
import { dryRun } from '../../reconcile/dry-run.ts';
import { proposeHostPlaces, readHostPlaces } from '../../wire.ts';
import type { Call, Command } from '../command.ts';
import { flagOption } from '../command.ts';
import { configOption } from '../config-option.ts';
import { openHostOf } from '../open-host.ts';
import { printFindings } from '../print.ts';

/** `reconcile doctor`: every weakness of this host's set-up. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'tell every weakness of the set-up of this host, and what to do about it; changes nothing',
  argument: null,
  options: [configOption, { flags: '--json', description: 'print one JSON document instead of text' }],
  async run(call: Call): Promise<number> {
    const findings = await examine(call);
    const [first] = findings.filter((finding) => finding.severity === 'error');
    if (flagOption(call, 'json')) {
      call.io.stdout.write(`${JSON.stringify({ ok: first === undefined, findings })}\n`);
    } else {
      printFindings(call.io, findings);
    }
    return first === undefined ? 0 : ERRORS[first.code].exit;
  },
};

/** A configuration that cannot be used is a finding as well, with the places that php-fpm would read here. */
async function examine(call: Call): Promise<readonly Finding[]> {
  try {
    const host = openHostOf(call);
    return await diagnose(dryRun(host.world), await readHostPlaces(host.config));
  } catch (error) {
    if (!(error instanceof ReconcileError && error.code === 'CONFIG_INVALID')) throw error;
    return [makeErrorFinding(error, await proposeHostPlaces())];
  }
}
