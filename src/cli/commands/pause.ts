import { parseDuration } from '../../core/daemon/duration.ts';
import type { Pause } from '../../core/daemon/restraint.ts';
import { LONGEST_PAUSE_MS } from '../../core/daemon/restraint.ts';
import { ReconcileError } from '../../core/errors.ts';
import { openPauses } from '../../wire.ts';
import type { Call, Command } from '../command.ts';
import { flagOption, textOption } from '../command.ts';
import { configOption, configPathOf } from '../config-option.ts';

/** `reconcile pause`: nothing is to change on this host for some time. */
export const pause: Command = {
  name: 'pause',
  summary: 'let no run change anything on this host for some time; it ends by itself',
  argument: null,
  options: [
    { flags: '--reason <text>', description: 'why, for everybody who looks at this host (required)' },
    { flags: '--for <time>', description: 'how long: 30m, 2h, 1d (required; 30d at most)' },
    { flags: '--heal-only', description: 'go on putting hand edits back, and only take no new commit' },
    configOption,
  ],
  async run(call: Call): Promise<number> {
    const { pauses, now } = openPauses(configPathOf(call), call.io.environment);
    const made = makePause(call, now);
    pauses.write(made);
    call.io.stdout.write(`${made.kind} until ${made.until}; \`reconcile resume\` ends it before\n`);
    return 0;
  },
};

function makePause(call: Call, now: Date): Pause {
  const reason = textOption(call, 'reason')?.trim() ?? '';
  if (reason === '' || /\p{Cc}/u.test(reason))
    throw new ReconcileError('USAGE', 'say why, in one line: --reason "moving the database"');
  const text = textOption(call, 'for') ?? '';
  const ms = parseDuration(text);
  if (ms === null || ms > LONGEST_PAUSE_MS)
    throw new ReconcileError(
      'USAGE',
      `--for takes a time such as 30m, 2h or 1d, at most 30d, not ${JSON.stringify(text)}`,
    );
  const kind = flagOption(call, 'healOnly') ? 'heal-only' : 'paused';
  const until = new Date(now.getTime() + ms).toISOString();
  return { kind, reason, since: now.toISOString(), until };
}
