import { countErrors, formatComplaint } from '../../core/complain.ts';
import { ERRORS, ReconcileError } from '../../core/errors.ts';
import { describeTracked } from '../../core/git/tracked.ts';
import { shorten } from '../../core/receive/tell-answer.ts';
import type { Complaint } from '../../core/types.ts';
import { giveUpLate } from '../../reconcile/deadline.ts';
import type { Verdict } from '../../reconcile/judge-push.ts';
import { findLive, judgePush } from '../../reconcile/judge-push.ts';
import { openReceivingHost } from '../../wire/open-receive.ts';
import type { Call, Command } from '../command.ts';
import { configPathOf } from '../config-option.ts';
import { hookOptions, readUpdates, settingsOf, tellPusher } from '../hook-call.ts';

/** More mistakes are not read by people; `reconcile check` tells all of them. */
const MAX_TOLD = 50;

/** What git calls before it takes a push: any other exit code than 0 refuses all of it (githooks(5)). */
export const preReceive: Command = {
  name: 'pre-receive',
  summary: 'refuse a push whose commit this host would refuse',
  argument: null,
  options: hookOptions,
  async run(call: Call): Promise<number> {
    try {
      return await judge(call);
    } catch (error) {
      tellPusher(call.io, ['this push could not be checked, so it is refused; nothing was changed']);
      throw error;
    }
  },
};

async function judge(call: Call): Promise<number> {
  const updates = await readUpdates(call);
  const host = openReceivingHost(configPathOf(call), settingsOf(call));
  const { repository, limits } = host.config;
  if (findLive(updates, repository.tracked) === null) return 0;
  void host.control.warm(); // while the commit is read
  const work = host.withPush(call.io.environment, (world) => judgePush(world, updates));
  const verdict = await giveUpLate(work, { ms: limits.runMs, endPrograms: host.endPrograms }, () => {
    const message = `the check did not end within ${limits.runMs / 1000} s (limits.run_seconds)`;
    throw new ReconcileError('PUSH_UNCHECKED', message);
  });
  return tell(call, verdict, describeTracked(repository.tracked));
}

function tell(call: Call, verdict: Verdict, tracked: string): number {
  if (verdict.kind === 'untouched') return 0;
  const { commit, complaints } = verdict;
  const what = commit === null ? `the push to ${tracked}` : `commit ${shorten(commit)} on ${tracked}`;
  if (verdict.kind === 'accepted') {
    if (complaints.length > 0) tellPusher(call.io, [`${what} is taken with a warning:`, ...list(complaints)]);
    return 0;
  }
  const { errors } = verdict;
  const count = errors.length + countErrors(complaints);
  const why = count === 1 ? '1 mistake' : `${count} mistakes`;
  const reasons = errors.flatMap(({ code, message }) => [
    `${message.trimEnd()} [${code}]`,
    ERRORS[code].hint,
  ]);
  tellPusher(call.io, [
    `${what} is refused, and nothing was changed: ${why}`,
    ...reasons,
    ...list(complaints),
  ]);
  const [code] = [...errors, ...complaints.filter(({ severity }) => severity === 'error')].map(
    (each) => each.code,
  );
  return code === undefined ? 1 : ERRORS[code].exit;
}

function list(complaints: readonly Complaint[]): readonly string[] {
  const more = complaints.length - MAX_TOLD;
  const told = complaints.slice(0, MAX_TOLD).map(formatComplaint);
  return more > 0 ? [...told, `and ${more} more, which \`reconcile check\` tells`] : told;
}
