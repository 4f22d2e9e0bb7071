import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { RealHost } from '../end-to-end/real-host.ts';
import type { PhpFpmOptions } from '../helpers/php-fpm.ts';
import { findWrongSignals } from './trace.ts';
import type { TracedRun } from './traced-run.ts';

const NOTHING = { exit: 0, stdout: '', stderr: '' };

/** What the ledger and `reconcile status --json` tell of debts and blame. */
export interface Memory {
  readonly owed: unknown;
  readonly held: readonly { readonly commit: string | null; readonly reason: string }[];
}

/** A host that runs `A: one`, with `A: two` committed. The proof has a margin of two seconds. */
export async function rolledOut(options: PhpFpmOptions = {}, settings = ''): Promise<RealHost> {
  const host = await RealHost.start(options, settings === '' ? 'reload:\n  margin_seconds: 2\n' : settings);
  expect(host.once()).toMatchObject({ exit: 0, stderr: '' });
  await host.commit({ 'env/common.yaml': 'A: two\n' });
  return host;
}

/** What the host remembers. */
function memoryOf(host: RealHost): Memory {
  return JSON.parse(host.call('status', '--json', '--config', host.config).stdout);
}

/** The same, read off the disk: a fifth of the time. */
export function ledgerOf(host: RealHost): Memory {
  const text = readFileSync(join(host.state, 'ledger.json'), 'utf8');
  return JSON.parse(text.slice(text.indexOf('\n') + 1)); // the first line is the checksum
}

/** No signal to a stranger and none on an untested tree; `masters` may get one. */
export function expectRightSignals(
  host: RealHost,
  run: TracedRun,
  masters: readonly number[] = [host.php.pid],
): void {
  expect(findWrongSignalsOf(host, run, masters)).toEqual([]);
}

/** The same as sentences. */
export function findWrongSignalsOf(
  host: RealHost,
  { trace }: TracedRun,
  masters: readonly number[],
): readonly string[] {
  const { configPath, envPath } = host.php;
  return findWrongSignals(trace, { config: configPath, file: basename(envPath), masters });
}

/** How many times the run gave SIGUSR2. */
export function countReloadSignals({ trace }: TracedRun): number {
  return trace.signals.filter(({ name }) => name === 'SIGUSR2').length;
}

/** Both files hold one complete rendering of the variable A, the same one. */
export function expectFiles(host: RealHost, value: string): void {
  expect(valueInFiles(host)).toBe(value);
}

/** The value of A in both files; a sentence where they differ or are no complete rendering. */
export function valueInFiles(host: RealHost): string {
  const php = /^ping\.response = "[^"]+"\n(?:.*\n)*?env\["A"\] = "(.*)"\n$/m.exec(host.phpFile())?.[1];
  const shell = /export A='(.*)'\n$/.exec(host.shellFile())?.[1];
  return php === shell && php !== undefined ? php : `php-fpm file: ${php}, shell file: ${shell}`;
}

/** One more run brings the tip about, the next is silent, and nothing is owed or held. */
export async function expectConverged(host: RealHost, value: string): Promise<void> {
  const repaired = host.once();
  expect([repaired.exit, repaired.stderr]).toEqual([0, '']);
  await expectAtRest(host, value);
}

/** The host is where the tip wants it, and knows it. */
export async function expectAtRest(host: RealHost, value: string): Promise<void> {
  expectFiles(host, value);
  expect(await host.ask('A')).toBe(value);
  expect(host.once()).toEqual(NOTHING);
  expect(ledgerOf(host)).toMatchObject({ owed: null, held: [] });
}

/** Nobody is blamed. */
export function expectNobodyBlamed(host: RealHost): void {
  expect(memoryOf(host).held).toEqual([]);
  expect(ledgerOf(host).held).toEqual([]);
}

/**
 * Content that is held as suspect: the state before it is back, `git revert` is silent, and another commit is taken at
 * once.
 */
export async function expectTakenBack(host: RealHost): Promise<void> {
  host.once();
  expectFiles(host, 'one');
  expect(await host.ask('A')).toBe('one');
  expect(memoryOf(host).owed).toBeNull();
  await host.revert();
  expect(host.once().exit).toBe(0);
  expectFiles(host, 'one');
  await host.commit({ 'env/common.yaml': 'A: three\n' });
  expect(host.once().exit).toBe(0);
  expectFiles(host, 'three');
  expect(await host.ask('A')).toBe('three');
  expect(host.once()).toEqual(NOTHING);
}
