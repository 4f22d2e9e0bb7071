import type { Schedule } from '../core/daemon/schedule.ts';
import type { ChangeWindow } from '../core/daemon/window.ts';
import { parseWindow } from '../core/daemon/window.ts';
import type { Resolving } from './resolving.ts';
import { wrong } from './resolving.ts';

/** When the daemon asks the repository by itself. */
export function resolveSchedule({ written, complaints }: Resolving): Schedule {
  const expression = written.text('schedule.cron');
  if (expression === null)
    return { kind: 'every', ms: (written.integer('schedule.every_seconds') ?? 60) * 1000 };
  const complain = (message: string) => complaints.push(wrong(written.at('schedule.cron'), message));
  if (written.has('schedule.every_seconds'))
    complain('schedule.cron and schedule.every_seconds exclude each other');
  if (![5, 6].includes(expression.trim().split(/\s+/).length))
    complain(
      `schedule.cron must have five fields, or six with seconds first, not ${JSON.stringify(expression)}`,
    );
  const jitterMs = (written.integer('schedule.jitter_seconds') ?? 30) * 1000;
  return { kind: 'cron', expression, jitterMs };
}

/** When new commits are taken; empty: always. */
export function resolveWindows({ written, complaints }: Resolving): readonly ChangeWindow[] {
  const texts = written.list('schedule.windows') ?? [];
  return texts.flatMap((text) => {
    const window = parseWindow(text);
    if (window !== null) return [window];
    const message = `schedule.windows: ${JSON.stringify(text)} is no window; write e.g. Mon-Fri 08:00-18:00, and one over midnight as two`;
    complaints.push(wrong(written.at('schedule.windows'), message));
    return [];
  });
}
