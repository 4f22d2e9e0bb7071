import pc from 'picocolors';
import { formatComplaint } from '../core/complain.ts';
import type { Finding } from '../core/doctor/facts.ts';
import { ERRORS, ReconcileError } from '../core/errors.ts';
import type { Complaint, Outcome } from '../core/types.ts';
import type { Io, Output } from './command.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** Colours for a person at a terminal, unless NO_COLOR says otherwise (no-color.org). */
function colorsFor(io: Io, output: Output): Colors {
  const { NO_COLOR, TERM } = io.environment;
  const isWanted = output.isTTY === true && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
  return pc.createColors(isWanted);
}

/** A foreseen failure in one line with its hint; anything else with its stack, as the bug that it is. */
export function printError(io: Io, error: unknown): void {
  const colors = colorsFor(io, io.stderr);
  if (error instanceof ReconcileError) {
    io.stderr.write(`${colors.red('reconcile:')} ${error.message} [${error.code}]\n`);
    io.stderr.write(`  ${ERRORS[error.code].hint}\n`);
    return;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(`${colors.red('reconcile: this is a bug, please report it:')}\n${stack}\n`);
}

/** The same for programs, where `--json` asks for one document on stdout. */
export function printErrorDocument(io: Io, error: unknown): void {
  const code = error instanceof ReconcileError ? error.code : 'BUG';
  const message = error instanceof Error ? error.message : String(error);
  io.stdout.write(`${JSON.stringify({ status: 'failed', error: { code, message } })}\n`);
}

/** One line each, errors and warnings, as compilers print them. */
export function printComplaints(io: Io, complaints: readonly Complaint[]): void {
  const colors = colorsFor(io, io.stderr);
  for (const complaint of complaints) {
    const paint = complaint.severity === 'error' ? colors.red : colors.yellow;
    io.stderr.write(`${paint(formatComplaint(complaint))}\n`);
  }
}

const PAINTS = { error: 'red', warning: 'yellow', note: 'cyan' } as const;

/** One block for each: the sentence, then what to do; one line when all is well. */
export function printFindings(io: Io, findings: readonly Finding[]): void {
  const colors = colorsFor(io, io.stdout);
  if (findings.length === 0) io.stdout.write('nothing to say: this host is set up well\n');
  for (const { severity, code, message, advice } of findings) {
    io.stdout.write(`${colors[PAINTS[severity]](`${severity}:`)} ${message} [${code}]\n`);
    for (const line of advice.split('\n')) io.stdout.write(`  ${line}\n`);
  }
}

/** What changes in one file, for people. */
export interface FileDiff {
  readonly path: string;
  readonly lines: readonly string[];
}

/** The path as a heading, then the lines: `+` green, `-` red. */
export function printDiff(io: Io, diff: FileDiff): void {
  const colors = colorsFor(io, io.stdout);
  io.stdout.write(`${colors.bold(diff.path)}\n`);
  for (const line of diff.lines) {
    const paint = line.startsWith('+') ? colors.green : line.startsWith('-') ? colors.red : colors.dim;
    io.stdout.write(`${paint(line)}\n`);
  }
}

/** Why a run did not do what the repository wants, with every mistake of it. */
export function printFailure(io: Io, outcome: Outcome): void {
  if (outcome.error === null) return;
  printComplaints(io, outcome.complaints);
  printError(io, outcome.error);
}
