/** `text` is for people, the others are for programs: they carry the time. */
export const LOG_FORMATS = ['text', 'json', 'logfmt'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** One event. Values of variables are of the type `Value`, which masks itself. */
export interface LogEvent {
  readonly at: Date;
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * An event as one line without its line end, whatever its fields hold. `text`: `level name key=value …`; `logfmt`: the same with
 * `time=`, `level=` and `event=`; `json`: an object with these three, which no field overrides.
 */
export function formatEvent(format: LogFormat, { at, level, name, fields }: LogEvent): string {
  const head = { time: at.toISOString(), level, event: name };
  switch (format) {
    case 'text':
      return [level, name, ...formatWords(fields)].join(' ');
    case 'logfmt':
      return formatWords({ ...head, ...fields, ...head }).join(' ');
    case 'json':
      return JSON.stringify({ ...head, ...simplify(fields), ...head });
    default:
      return format satisfies never;
  }
}

function formatWords(fields: LogEvent['fields']): readonly string[] {
  return Object.entries(fields).map(([key, value]) => `${key}=${quoteWord(String(value))}`);
}

/** A word with anything but plain characters is written as a JSON string, so that a line stays one line. */
function quoteWord(word: string): string {
  return /^[\w./:@+,-]+$/.test(word) ? word : JSON.stringify(word);
}

/** Numbers, booleans, null and lists stay what they are; anything else is a text, as in the other formats. */
function simplify(fields: LogEvent['fields']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, simplifyValue(value)]));
}

function simplifyValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplifyValue);
  const isPlain = value === null || typeof value === 'number' || typeof value === 'boolean';
  return isPlain ? value : String(value);
}
