import { complain } from './complain.ts';
import type { Section } from './sections.ts';
import { readSections } from './sections.ts';
import { showNames } from './shown.ts';
import type { Checked, Complaint, ParsedFile, TargetName, Template } from './types.ts';

/** What the rendered bytes must say, and nothing else. */
export interface ExpectedFile {
  /** Name → value. */
  readonly variables: ReadonlyMap<string, string>;
  /** `[pool]` headers in order; empty where the file has none. */
  readonly pools: readonly string[];
  /** The one value that `ping.response` may have; null: the line may not stand there. */
  readonly revision: string | null;
}

/**
 * Reads a file of ours back from its bytes: the strict inverse of what is rendered, whoever wrote the template.
 *
 * Gives GRAMMAR complaints, located in `file`, for bytes that are not UTF-8, for anything but blank lines, comments
 * and our own statements, for a name or a section that stands there twice, and for sections that differ. No
 * complaint holds a byte of a value.
 */
export function parseFile(target: TargetName, bytes: Uint8Array, file: string): Checked<ParsedFile> {
  const { value: sections, complaints } = readSections(target, bytes, file);
  const [first, ...others] = sections ?? [];
  if (sections === null || first === undefined) {
    return { value: null, complaints };
  }
  for (const section of others) {
    const complaint = compareSections(first, section, file);
    if (complaint !== null) {
      return { value: null, complaints: [complaint] };
    }
  }
  return {
    value: {
      variables: new Map([...first.variables].map(([name, { text }]) => [name, text])),
      pools: sections.flatMap(({ pool }) => pool ?? []),
      revision: first.revision?.text ?? null,
    },
    complaints: [],
  };
}

/**
 * The boundary that no template passes: the rendered bytes say exactly what is expected, each section the same
 * variables with the same bytes, none missing, none twice, and hold nothing else but comments and blank lines.
 *
 * Gives every GRAMMAR complaint at once, located in the rendered file under the template's name.
 */
export function checkGrammar(
  bytes: Uint8Array,
  expected: ExpectedFile,
  template: Template,
): readonly Complaint[] {
  const file = `${template.path} (rendered)`;
  const { value: sections, complaints } = readSections(template.target, bytes, file);
  if (sections === null) {
    return complaints.map((complaint) => quoteStart(complaint, bytes, template));
  }
  const headers = sections.flatMap(({ pool }) => pool ?? []);
  if (headers.join('\n') !== expected.pools.join('\n')) {
    const message = `the rendered file has ${listHeaders(headers)}, and the host's configuration lists ${listHeaders(expected.pools)}`;
    return [complain('GRAMMAR', { file, line: sections[0]?.line ?? 1, column: 1 }, message)];
  }
  return sections.flatMap((section) => checkSection(section, expected, file));
}

/** Adds how the line begins, where that stands in the template itself and so is no part of a value. */
function quoteStart(complaint: Complaint, bytes: Uint8Array, template: Template): Complaint {
  const line = Buffer.from(bytes).toString().split('\n')[(complaint.at?.line ?? 0) - 1] ?? '';
  const start = /^[A-Za-z0-9_.[]{3,40}/.exec(line)?.[0];
  const isOfTemplate =
    start !== undefined && template.text.includes(start) && complaint.message.startsWith('this line');
  return isOfTemplate
    ? { ...complaint, message: `${complaint.message}; it begins with "${start}"` }
    : complaint;
}

function listHeaders(pools: readonly string[]): string {
  return pools.length === 0 ? 'no [pool] header' : pools.map((pool) => `[${pool}]`).join(' ');
}

/** Why a later section does not say what the first one says, in any order. */
function compareSections(first: Section, other: Section, file: string): Complaint | null {
  const wanted = new Map([...first.variables].map(([name, { text }]) => [name, text]));
  const differs = checkVariables(other, wanted, file)[0];
  if (differs !== undefined) {
    return differs;
  }
  if (first.revision?.text === other.revision?.text) {
    return null;
  }
  return complain(
    'GRAMMAR',
    { file, line: other.line, column: 1 },
    'ping.response is not the same in every section',
  );
}

function checkSection(section: Section, expected: ExpectedFile, file: string): readonly Complaint[] {
  const complaints = [...checkVariables(section, expected.variables, file)];
  if (section.revision !== null && section.revision.text !== expected.revision) {
    const wanted = expected.revision === null ? 'may not stand here' : `is not "${expected.revision}"`;
    const at = { file, line: section.revision.line, column: 1 };
    complaints.push(complain('GRAMMAR', at, `ping.response ${wanted}; write {{ revision }} as it is`));
  }
  return complaints;
}

function checkVariables(
  section: Section,
  wanted: ReadonlyMap<string, string>,
  file: string,
): readonly Complaint[] {
  const below = section.pool === null ? '' : ` below [${section.pool}]`;
  const complaints: Complaint[] = [];
  for (const [name, { text, line }] of section.variables) {
    const value = wanted.get(name);
    const at = { file, line, column: 1 };
    if (value === undefined) {
      complaints.push(complain('GRAMMAR', at, `${name} is no variable of this file${below}`));
    } else if (value !== text) {
      complaints.push(
        complain('GRAMMAR', at, `the value of ${name}${below} ${describeDifference(value, text)}`),
      );
    }
  }
  const missing = [...wanted.keys()].filter((name) => !section.variables.has(name));
  if (missing.length > 0) {
    const at = { file, line: section.line, column: 1 };
    complaints.push(complain('GRAMMAR', at, `${showNames(missing)} missing${below}`));
  }
  return complaints;
}

/** Where two values part, without a byte of either. */
function describeDifference(wanted: string, found: string): string {
  const [before, after] = [Buffer.from(wanted), Buffer.from(found)];
  const byte = before.findIndex((value, index) => after[index] !== value);
  const place = byte === -1 ? before.length : byte;
  return `differs from byte ${place + 1} on (${after.length} bytes instead of ${before.length})`;
}
