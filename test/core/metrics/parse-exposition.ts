/** One series as somebody reads it: `name{label="value"}` → value. */
export type Series = ReadonlyMap<string, number>;

/** A second, plainer reader of Prometheus' text format: each series with its labels in the order of their names. */
export function parseExposition(text: string): Series {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map(parseLine));
}

/** The HELP and TYPE lines. */
export function headersOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => /^# (HELP|TYPE) /.test(line));
}

function parseLine(line: string): readonly [string, number] {
  const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (match === null) throw new Error(`this is no line of the format: ${line}`);
  const [, name = '', inside = '', value = ''] = match;
  const labels = [...inside.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
  const pairs = labels.map(([, label, text = '']) => `${label}="${unescapeLabel(text)}"`).sort();
  return [
    `${name.replace(/^php_env_reconciler_/, '')}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`}`,
    value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value),
  ];
}

function unescapeLabel(text: string): string {
  return text.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character));
}
