import type { Log } from '../ports.ts';

type Level = Parameters<Log['event']>[0];

const WEIGHT: Readonly<Record<Level, number>> = { debug: 0, info: 1, warning: 2, error: 3 };

/** How a log writes: `write` takes whole lines, events below `level` are dropped. */
export interface LogOptions {
  readonly level: Level;
  readonly write: (line: string) => void;
}

/** One event per line: `level name key=value …`. Values of type `Value` mask themselves. */
export function lineLog(options: LogOptions): Log {
  return {
    event(level, name, fields) {
      if (WEIGHT[level] < WEIGHT[options.level]) return;
      const words = Object.entries(fields).map(([key, value]) => `${key}=${quoteWord(String(value))}`);
      options.write(`${[level, name, ...words].join(' ')}\n`);
    },
  };
}

/** A word with anything but plain characters is written as a JSON string, so that a line stays one line. */
function quoteWord(word: string): string {
  return /^[\w./:@+,-]+$/.test(word) ? word : JSON.stringify(word);
}
