import { askPhp } from './ask-php.ts';
import { askShell, SHELLS } from './ask-shell.ts';
import { makeLongValues, makeValue, Random } from './random-values.ts';
import { renderBatch } from './render-batch.ts';

/** What a sweep found. */
export interface SweepReport {
  values: number;
  /** Target and rule → how many values were refused by it. */
  readonly refused: Map<string, number>;
  /** Consumer → how many values it gave back. */
  readonly compared: Map<string, number>;
  /** One line for each value that came back otherwise, or was refused or taken against the rules. */
  readonly mismatches: string[];
}

export interface SweepOptions {
  readonly phpFpm: string;
  readonly seed: number;
  readonly values: number;
}

/** php-fpm sets its variables in a time that grows with the square of their number. */
const BATCH = 500;

/**
 * Random and adversarial values from the text of a layer file to what php-fpm's getenv() and $_SERVER, and `$NAME` and
 * the environment of five shells give: equal in every byte, or refused by the rule that says so.
 */
export async function sweep({ phpFpm, seed, values }: SweepOptions): Promise<SweepReport> {
  const random = new Random(seed);
  const report: SweepReport = { values: 0, refused: new Map(), compared: new Map(), mismatches: [] };
  const long = makeLongValues('V0', random).map((value) => new Map([['V0', value]]));
  for (const batch of long) await checkBatch(batch, { phpFpm, random, report });
  while (report.values < values) {
    const count = Math.min(BATCH, values - report.values);
    const names = Array.from({ length: count }, (_, index) => `V${index}`);
    const batch = new Map(names.map((name) => [name, makeValue(random)]));
    await checkBatch(batch, { phpFpm, random, report });
  }
  return report;
}

interface Run {
  readonly phpFpm: string;
  readonly random: Random;
  readonly report: SweepReport;
}

async function checkBatch(values: ReadonlyMap<string, string>, run: Run): Promise<void> {
  run.report.values += values.size;
  await checkPhp(values, run);
  checkShells(values, run);
}

async function checkPhp(values: ReadonlyMap<string, string>, run: Run): Promise<void> {
  const pool = run.random.below(2) === 0 ? null : 'www';
  const pools = pool === null ? [] : [pool];
  const batch = renderBatch({ target: 'php-fpm', values, pools }, run.random);
  countRefused(values, batch.refused, { run, target: 'php-fpm', ruleOf: phpRuleOf });
  const { getenv, server } = await askPhp(run.phpFpm, batch.bytes, pool);
  compare(batch.carried, getenv, { run, consumer: 'php-fpm getenv()' });
  compare(batch.carried, server, { run, consumer: 'php-fpm $_SERVER' });
}

function checkShells(values: ReadonlyMap<string, string>, run: Run): void {
  const batch = renderBatch({ target: 'shell', values, pools: [] }, run.random);
  countRefused(values, batch.refused, { run, target: 'shell', ruleOf: commonRuleOf });
  for (const shell of SHELLS) {
    const { own, exported } = askShell(shell, batch.bytes, [...batch.carried.keys()]);
    compare(batch.carried, own, { run, consumer: shell.name });
    compare(batch.carried, exported, { run, consumer: `${shell.name}, its children` });
  }
}

interface Refusals {
  readonly run: Run;
  readonly target: string;
  readonly ruleOf: (name: string, value: string) => string | null;
}

/** The rules once more, as short as they are documented: what they do not name must be taken. */
function phpRuleOf(name: string, value: string): string | null {
  if (value.startsWith('$')) return 'starts with $';
  return value.includes('$pool') ? 'contains $pool' : commonRuleOf(name, value);
}

function commonRuleOf(name: string, value: string): string | null {
  return Buffer.byteLength(`${name}=${value}`) > 131_071 ? 'too long' : null;
}

function countRefused(
  values: ReadonlyMap<string, string>,
  refused: ReadonlyMap<string, string>,
  { run: { report }, target, ruleOf }: Refusals,
): void {
  for (const [name, value] of values) {
    const rule = ruleOf(name, value);
    if ((rule !== null) !== refused.has(name)) {
      report.mismatches.push(
        `${target}: ${show(value)} ${rule === null ? 'was refused' : `was taken: ${rule}`}`,
      );
    } else if (rule !== null) {
      const key = `${target}: ${rule}`;
      report.refused.set(key, (report.refused.get(key) ?? 0) + 1);
    }
  }
}

function compare(
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
  { run: { report }, consumer }: { readonly run: Run; readonly consumer: string },
): void {
  for (const [name, value] of wanted) {
    const bytes = Buffer.from(value).toString('latin1');
    if (found.get(name) !== bytes) report.mismatches.push(`${consumer}: ${show(value)}`);
  }
  report.compared.set(consumer, (report.compared.get(consumer) ?? 0) + wanted.size);
}

function show(value: string): string {
  return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value);
}
