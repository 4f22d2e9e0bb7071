import type { Family, FamilyName } from './families.ts';
import { FAMILIES, PREFIX } from './families.ts';

/** One figure. `part`: which of the series that a histogram consists of. */
export interface Sample {
  readonly family: FamilyName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly part?: 'bucket' | 'sum' | 'count';
}

/** A figure without a part. */
export function sample(family: FamilyName, value: number, labels: Sample['labels'] = {}): Sample {
  return { family, labels, value };
}

/** A moment in seconds since 1970; none where there was none. */
export function timeSamples(family: FamilyName, time: Date | null): readonly Sample[] {
  return time === null ? [] : [sample(family, time.getTime() / 1000)];
}

/** What `renderExposition` writes, for the header of an answer. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Prometheus' text format, version 0.0.4: families in the order of their table, samples of one in the given order. A family
 * without samples is left out.
 */
export function renderExposition(samples: readonly Sample[]): string {
  const entries = Object.entries(FAMILIES) as readonly (readonly [FamilyName, Family])[];
  return entries.map(([name, family]) => renderFamily(name, family, samples)).join('');
}

function renderFamily(name: FamilyName, { type, help }: Family, samples: readonly Sample[]): string {
  const own = samples.filter((each) => each.family === name);
  if (own.length === 0) return '';
  const full = `${PREFIX}${name}`;
  return `# HELP ${full} ${escapeHelp(help)}\n# TYPE ${full} ${type}\n${own.map(renderSample).join('')}`;
}

function renderSample({ family, labels, value, part }: Sample): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escapeLabel(text)}"`);
  const suffix = part === undefined ? '' : `_${part}`;
  const braces = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  return `${PREFIX}${family}${suffix}${braces} ${formatNumber(value)}\n`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

/** As Go writes infinity, for bounds too. */
export function formatNumber(value: number): string {
  return String(value).replace('Infinity', 'Inf').replace(/^Inf/, '+Inf');
}
