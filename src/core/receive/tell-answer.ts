import type { RunEvent, RunReport } from '../daemon/report.ts';
import type { Restraint } from '../daemon/restraint.ts';
import type { Schedule } from '../daemon/schedule.ts';
import { ERRORS } from '../errors.ts';
import type { ControlAnswer } from './control-answer.ts';

/** What the words about a push need to know of it and its host. */
export interface PushContext {
  readonly host: string;
  /** What was pushed, 40 hex digits. */
  readonly commit: string;
  /** What keeps the host from taking it now; null: nothing, or this user may not know. */
  readonly restraint: Restraint | null;
  readonly schedule: Schedule;
  /** Path of the socket at which a daemon would listen. */
  readonly socket: string;
}

/** How a push went on, for whoever pushed: one sentence, and lines that belong to it. */
export function tellAnswer(answer: ControlAnswer, context: PushContext): readonly string[] {
  const { host, socket } = context;
  const short = shorten(context.commit);
  switch (answer.kind) {
    case 'ran':
      return tellRun(answer.event, context);
    case 'waiting':
      return [
        `${host} waits after a failure and takes ${short} by itself; \`reconcile status\` there says more`,
      ];
    case 'late':
      return [
        `the run for ${short} on ${host} is not over yet; \`reconcile status\` there tells how it ends`,
      ];
    case 'absent':
      return tellLater(`no daemon listens at ${socket}, and this user may not carry out runs`, context);
    case 'denied':
      return tellLater(`this user may not ask the daemon at ${socket}`, context);
    case 'unclear':
      return tellLater(`the daemon at ${socket} did not answer as one (${answer.why})`, context);
    default:
      return answer satisfies never;
  }
}

function tellLater(why: string, { host, commit, schedule }: PushContext): readonly string[] {
  const when = schedule.kind === 'every' ? `every ${schedule.ms / 1000} s` : `at ${schedule.expression}`;
  return [
    `${host} has ${shorten(commit)}, and it is not known to be live: ${why}`,
    `a daemon takes it within a second by itself, and looks ${when}; else the next \`reconcile --once\` does, by cron or by hand`,
  ];
}

function tellRun({ report, seconds }: RunEvent, context: PushContext): readonly string[] {
  const { host, commit } = context;
  if (report.error !== null) {
    const { code, message } = report.error;
    const hint = code === 'BUG' ? 'This is a bug, please report it.' : ERRORS[code].hint;
    return [`the run for ${shorten(commit)} on ${host} failed: ${message} [${code}]`, hint];
  }
  if (report.status === 'busy')
    return [`another run is at work on ${host}; the next one takes ${shorten(commit)}`];
  if (report.commit === null) return [tellRestraint(context)];
  const isThis = report.commit === commit;
  const what = isThis
    ? `${shorten(commit)} is live on ${host}`
    : `${host} is past ${shorten(commit)} already: ${shorten(report.commit)} is live`;
  return [`${what} after ${seconds.toFixed(1)} s: ${describeWork(report)}`, ...listPaths(report)];
}

function tellRestraint({ host, commit, restraint }: PushContext): string {
  const what = `${host} does not take ${shorten(commit)} now`;
  if (restraint === null) return `${what}: it is paused; \`reconcile status\` there says until when`;
  const { kind, until, reason } = restraint;
  const how = kind === 'paused' ? 'is paused' : 'takes no new commit';
  return `${what}: it ${how}${until === null ? '' : ` until ${until}`}: ${reason}`;
}

function describeWork({ changes, reloads }: RunReport): string {
  const count = changes.filter(({ kind }) => kind !== 'metadata').length;
  const corrected = changes.length - count;
  const work = [
    ...(count > 0 ? [`${countFiles(count)} changed`] : []),
    ...(corrected > 0 ? [`mode or owner of ${countFiles(corrected)} corrected`] : []),
    ...(reloads > 0 ? ['php-fpm reloaded and proven'] : []),
  ];
  return work.length === 0 ? 'nothing is left to be done' : work.join(', ');
}

function listPaths({ changes }: RunReport): readonly string[] {
  return changes.length === 0 ? [] : [changes.map(({ path }) => path).join(', ')];
}

function countFiles(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

/** As people name a commit. */
export function shorten(commit: string): string {
  return commit.slice(0, 12);
}
