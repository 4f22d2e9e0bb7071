import { SETTINGS } from '../src/config/settings.ts';
import { FINDINGS } from '../src/core/doctor/findings.ts';
import { ERRORS } from '../src/core/errors.ts';
import type { Family } from '../src/core/metrics/families.ts';
import { FAMILIES, PREFIX } from '../src/core/metrics/families.ts';

/** The pages with tables that are made from the code, and which table stands where. */
export const generatedPages: Readonly<Record<string, readonly string[]>> = {
  'docs/doctor.md': ['findings'],
  'docs/exit-codes.md': ['errors'],
  'docs/host-configuration.md': ['settings', 'overrides'],
  'docs/monitoring.md': ['metrics'],
};

const tables: Readonly<Record<string, () => string>> = {
  errors: () =>
    table(
      ['Code', 'Exit', 'Next try', 'Hint'],
      Object.entries(ERRORS).map(([code, { exit, next, hint }]) => [`\`${code}\``, String(exit), next, hint]),
    ),
  findings: () =>
    table(
      ['Code', 'Severity', 'Meaning', 'What to do'],
      Object.entries(FINDINGS).map(([code, { severity, meaning, advice }]) => [
        `\`${code}\``,
        severity,
        meaning,
        advice,
      ]),
    ),
  settings: () =>
    table(
      ['Setting', 'Type', 'When it is not given', 'Meaning'],
      SETTINGS.map(({ path, type, fallback, meaning }) => [`\`${path}\``, type, fallback, meaning]),
    ),
  metrics: () =>
    table(
      ['Metric', 'Type', 'Labels', 'Textfile', 'Meaning'],
      (Object.entries(FAMILIES) as [string, Family][]).map(([name, { type, labels, textfile, help }]) => [
        `\`${PREFIX}${name}\``,
        type,
        labels.map((label) => `\`${label}\``).join(', '),
        textfile ? 'yes' : '',
        help,
      ]),
    ),
  overrides: () =>
    table(
      ['Variable', 'Overrides'],
      SETTINGS.flatMap(({ path, environment }) =>
        environment === undefined ? [] : [[`\`${environment}\``, `\`${path}\``]],
      ),
    ),
};

/** The page with each generated table as the code gives it now. Throws when the markers of one are missing. */
export function fillTables(page: string, names: readonly string[]): string {
  return names.reduce((text, name) => {
    const [start, end] = [`<!-- generated:${name} -->\n`, '<!-- /generated -->'];
    const from = text.indexOf(start);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`the page lacks ${start.trim()} … ${end}`);
    return `${text.slice(0, from)}${start}\n${tables[name]?.() ?? ''}\n${text.slice(to)}`;
  }, page);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map(escapeCell).join(' | ')} |\n`,
  );
  return lines.join('');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
