import { ReconcileError } from '../../core/errors.ts';
import type { Envelope } from '../../core/notice/mail.ts';
import { composeMail } from '../../core/notice/mail.ts';
import type { Notice } from '../../core/notice/notice.ts';
import type { Notifier } from '../../ports/daemon.ts';
import type { ProgramResult } from '../processes.ts';
import { startProgram } from '../processes.ts';
import type { Attempt } from './attempt.ts';
import { refuse, TRY_MS, tryUntilTaken } from './attempt.ts';

export interface MailNotifierOptions extends Envelope {
  /** Program and arguments; it takes the message on stdin and finds the addresses in it (`-t`). */
  readonly sendmail: readonly [string, ...string[]];
  /** Before each further try; for tests. */
  readonly waitsMs?: readonly number[];
}

/** sysexits.h: it may be taken later. */
const TEMPORARY_FAILURE = 75;

/** Hands notices to sendmail, which has a queue of its own in most cases. */
export function mailNotifier(options: MailNotifierOptions): Notifier<Notice> {
  return {
    name: 'mail',
    tell: (notice, deadline) =>
      tryUntilTaken((signal) => send(notice, options, signal), deadline, options.waitsMs),
  };
}

/** `-oi`: a line with a dot alone ends nothing. What the program says is not told on: it may repeat the message. */
async function send(notice: Notice, options: MailNotifierOptions, signal: AbortSignal): Promise<Attempt> {
  const [program, ...args] = options.sendmail;
  const input = composeMail(notice, options);
  try {
    const running = await startProgram(program, [...args, '-t', '-oi'], { deadlineMs: TRY_MS, input });
    const stop = (): void => void running.stop();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const result = await running.ended;
    signal.removeEventListener('abort', stop);
    return judge(program, result);
  } catch (error) {
    if (error instanceof ReconcileError) return refuse(error.message);
    throw error;
  }
}

function judge(program: string, { exitCode }: ProgramResult): Attempt {
  if (exitCode === 0) return { kind: 'taken' };
  const why =
    exitCode === null ? `${program} did not end by itself in time` : `${program} ended with ${exitCode}`;
  return { ...refuse(why), mayHelp: exitCode === TEMPORARY_FAILURE };
}
