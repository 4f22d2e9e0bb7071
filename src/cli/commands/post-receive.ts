import type { ControlAnswer } from '../../core/receive/control-answer.ts';
import type { RefUpdate } from '../../core/receive/ref-update.ts';
import { tellAnswer } from '../../core/receive/tell-answer.ts';
import { secondsBetween } from '../../core/seconds-between.ts';
import { makeReport } from '../../reconcile/account.ts';
import { inTurn } from '../../reconcile/in-turn.ts';
import { findLive } from '../../reconcile/judge-push.ts';
import { reconcile } from '../../reconcile/reconcile.ts';
import type { ReceivingHost } from '../../wire/open-receive.ts';
import { openReceivingHost } from '../../wire/open-receive.ts';
import { openHost } from '../../wire.ts';
import type { Call, Command } from '../command.ts';
import { configPathOf } from '../config-option.ts';
import { hookOptions, readUpdates, settingsOf, tellPusher } from '../hook-call.ts';
import { runInTime } from '../run-in-time.ts';

/** Beyond a run and the one that it waits for: the daemon has to say how it ended. */
const MARGIN_MS = 20_000;

/** What git calls when it has taken a push. Its exit code changes nothing (githooks(5)). */
export const postReceive: Command = {
  name: 'post-receive',
  summary: 'tell whoever pushes how the commit went live',
  argument: null,
  options: hookOptions,
  async run(call: Call): Promise<number> {
    const updates = await readUpdates(call);
    const host = openReceivingHost(configPathOf(call), settingsOf(call));
    const { repository, profile, schedule } = host.config;
    const update = findLive(updates, repository.tracked);
    const commit = await findCommit(call, host, update);
    if (commit === null) return 0;
    const answer = await ask(call, host);
    const restraint = host.findRestraint();
    const context = { host: profile.name, commit, restraint, schedule, socket: host.socket };
    tellPusher(call.io, tellAnswer(answer, context));
    return 0;
  },
};

/** A tag can be an object of its own. Null: nothing that is live was pushed. */
async function findCommit(call: Call, host: ReceivingHost, update: RefUpdate | null): Promise<string | null> {
  const after = update?.after ?? null;
  if (after === null || host.config.repository.tracked.kind === 'branch') return after;
  return await host.withPush(call.io.environment, ({ objects }) => objects.peel(after));
}

/** The daemon where there is one; else this process where it may. */
async function ask(call: Call, host: ReceivingHost): Promise<ControlAnswer> {
  const { runMs } = host.config.limits;
  const answer = await host.control.run(2 * runMs + MARGIN_MS);
  const isAnswer = answer.kind === 'ran' || answer.kind === 'waiting' || answer.kind === 'late';
  return isAnswer || !host.mayRun() ? answer : await runHere(call);
}

/** What `reconcile --once` does, and what of it is told. Whoever stops the push does not stop it half-way. */
async function runHere(call: Call): Promise<ControlAnswer> {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => undefined);
  const log = { level: 'warning', write: (line: string) => call.io.stderr.write(line) } as const;
  const host = openHost({ configPath: configPathOf(call), environment: settingsOf(call), log });
  const { clock } = host.world;
  const at = clock.now();
  const outcome = await inTurn(
    () => runInTime(host, reconcile),
    ({ kind }) => kind === 'busy',
    host.config.limits.runMs,
  );
  const seconds = secondsBetween(at, clock.now());
  return { kind: 'ran', event: { reasons: ['push'], at, seconds, report: makeReport(outcome, false) } };
}
