import type { LogEvent, LogFormat } from '../core/log-line.ts';
import { formatEvent } from '../core/log-line.ts';
import type { Log } from '../ports.ts';
import { systemClock } from './clock.ts';

type Level = LogEvent['level'];

const WEIGHT: Readonly<Record<Level, number>> = { debug: 0, info: 1, warning: 2, error: 3 };
/** syslog(3). */
const PRIORITY: Readonly<Record<Level, number>> = { debug: 7, info: 6, warning: 4, error: 3 };

/** How a log writes: `write` takes whole lines, events below `level` are dropped. */
export interface LogOptions {
  readonly level: Level;
  readonly write: (line: string) => void;
  /** Text where it is not given. */
  readonly format?: LogFormat;
  /** The lines go to journald, which takes the priority of a line from `<3>` to `<7>` before it: sd-daemon(3). */
  readonly isJournal?: boolean;
}

/** One event per line. Values of type `Value` mask themselves. */
export function lineLog({ level: least, write, format = 'text', isJournal = false }: LogOptions): Log {
  return {
    event(level, name, fields) {
      if (WEIGHT[level] < WEIGHT[least]) return;
      const priority = isJournal ? `<${PRIORITY[level]}>` : '';
      write(`${priority}${formatEvent(format, { at: systemClock.now(), level, name, fields })}\n`);
    },
  };
}
