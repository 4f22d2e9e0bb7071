import type { Held } from '../../core/types.ts';
import { dryRun } from '../../reconcile/dry-run.ts';
import type { Status } from '../../reconcile/status.ts';
import { readStatus } from '../../reconcile/status.ts';
import type { Call, Command } from '../command.ts';
import { flagOption } from '../command.ts';
import { configOption } from '../config-option.ts';
import { openHostOf } from '../open-host.ts';

/** `reconcile status`: where this host stands. */
export const status: Command = {
  name: 'status',
  summary: 'show where this host stands: applied commit, drift, owed reload, held commits',
  argument: null,
  options: [configOption, { flags: '--json', description: 'print one JSON document instead of text' }],
  async run(call: Call): Promise<number> {
    const { io } = call;
    const host = openHostOf(call);
    const { restraints } = host.world; // a dry run knows no pause
    const found = await readStatus({ ...dryRun(host.world), restraints });
    io.stdout.write(flagOption(call, 'json') ? `${JSON.stringify(found)}\n` : formatStatus(found));
    return 0;
  },
};

function formatStatus(found: Status): string {
  const rows: readonly (readonly [string, string])[] = [
    ['host', found.host],
    ['applied', found.applied ?? 'nothing yet'],
    ['branch', found.head.commit ?? 'cannot be read'],
    ...(found.head.problem === null ? [] : [['', found.head.problem] as const]),
    ...describeRestraint(found),
    ...describeContact(found),
    ...found.files.map((file) => ['file', `${file.path}: ${file.state}`] as const),
    ['php-fpm', describeService(found)],
    ['owed', found.owed === null ? 'nothing' : `a reload (${found.owed.phase})`],
    ...found.held.map((held) => ['held', describeHeld(held)] as const),
  ];
  return rows.map(([name, text]) => `${name.padEnd(9)}${text}\n`).join('');
}

function describeRestraint({ restraint }: Status): readonly (readonly [string, string])[] {
  if (restraint === null) return [];
  const { kind, until, reason } = restraint;
  const what = kind === 'paused' ? 'no run does anything' : 'no new commit is taken';
  return [['paused', `${what}${until === null ? '' : ` until ${until}`}: ${reason}`]];
}

function describeContact({ contact }: Status): readonly (readonly [string, string])[] {
  return contact === null ? [] : [['contact', `last at ${contact.at}, ${contact.ageSeconds} s ago`]];
}

function describeHeld({ commit, at, tries, until, reason }: Held): string {
  const end = until === null ? 'until it changes' : `tried again after ${until}`;
  return `${commit?.slice(0, 12)} failed ${tries === 1 ? 'once' : `${tries} times`}, last at ${at}, ${end}: ${reason}`;
}

function describeService({ phpFpm }: Status): string {
  switch (phpFpm?.kind) {
    case undefined:
      return 'not configured on this host';
    case 'running':
      return `running, master pid ${phpFpm.pid}`;
    case 'absent':
      return 'not running';
    case 'orphaned':
      return `workers without a master: pid ${phpFpm.pids.join(', ')}`;
    default:
      return phpFpm satisfies never;
  }
}
