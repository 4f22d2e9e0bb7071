import type { Log } from '../ports.ts';

type Level = Parameters<Log['event']>[0];

const WEIGHT: Readonly<Record<Level, number>> = { debug: 0, info: 1, warning: 2, error: 3 };

/** How a log writes: `write` takes whole lines, events below `level` are dropped. */
export interface LogOptions {
  readonly format: 'text' | 'json';
  readonly level: Level;
  readonly write: (line: string) => void;
}

/** One event per line: `name key=value …`, or one JSON object. Values of type `Value` mask themselves. */
export function lineLog(options: LogOptions): Log {
  const format = options.format === 'json' ? formatJson : formatText;
  return {
    event(level, name, fields) {
      if (WEIGHT[level] >= WEIGHT[options.level]) options.write(`${format(level, name, fields)}\n`);
    },
  };
}

function formatJson(level: Level, name: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ level, event: name, ...fields });
}

function formatText(level: Level, name: string, fields: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(fields).map(([key, value]) => `${key}=${quoteWord(String(value))}`);
  return [level, name, ...words].join(' ');
}

/** A word with anything but plain characters is written as a JSON string, so that a line stays one line. */
function quoteWord(word: string): string {
  return /^[\w./:@+,-]+$/.test(word) ? word : JSON.stringify(word);
}
