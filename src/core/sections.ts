import { complain } from './complain.ts';
import { decodeUtf8 } from './decode-utf8.ts';
import { TARGETS } from './targets/index.ts';
import type { Statement } from './targets/target.ts';
import type { Checked, TargetName } from './types.ts';

/** What stands below one `[pool]` header, or in the whole of a file without headers. */
export interface Section {
  readonly pool: string | null;
  /** Of its header; 1 for a file without headers. */
  readonly line: number;
  readonly variables: ReadonlyMap<string, Placed>;
  readonly revision: Placed | null;
}

export interface Placed {
  readonly text: string;
  readonly line: number;
}

interface OpenSection extends Section {
  readonly variables: Map<string, Placed>;
  revision: Placed | null;
}

type Said<K> = Statement & { readonly kind: K };

/**
 * The sections of a file, in file order; exactly one, without a pool, where the file has no header.
 * Gives one GRAMMAR complaint at the first place that is not ours; no complaint holds a byte of a value.
 */
export function readSections(
  target: TargetName,
  bytes: Uint8Array,
  file: string,
): Checked<readonly Section[]> {
  const fault = (line: number, column: number, message: string): Checked<readonly Section[]> => ({
    value: null,
    complaints: [complain('GRAMMAR', { file, line, column }, message)],
  });
  const text = decodeUtf8(bytes);
  if (text === null) {
    return fault(1, 1, 'the file is not UTF-8');
  }
  const reading = TARGETS[target].readStatements(text);
  if (!reading.ok) {
    return fault(reading.fault.line, reading.fault.column, reading.fault.what);
  }
  const sections: OpenSection[] = [{ pool: null, line: 1, variables: new Map(), revision: null }];
  for (const statement of reading.statements) {
    const wrong = addStatement(sections, statement);
    if (wrong !== null) {
      return fault(statement.line, 1, wrong);
    }
  }
  const headed = sections.slice(1);
  return { value: headed.length === 0 ? sections : headed, complaints: [] };
}

/** Puts a statement where it belongs, or says why it may not stand there. */
function addStatement(sections: OpenSection[], statement: Statement): string | null {
  const section = sections[sections.length - 1];
  if (section === undefined) {
    return 'there is no section';
  }
  switch (statement.kind) {
    case 'variable':
      return addVariable(section, statement);
    case 'section':
      return addSection(sections, statement);
    case 'revision':
      if (section.revision !== null) {
        return `ping.response stands twice, first in line ${section.revision.line}`;
      }
      section.revision = statement;
      return null;
    default:
      return statement satisfies never;
  }
}

function addVariable(section: OpenSection, { name, text, line }: Said<'variable'>): string | null {
  const first = section.variables.get(name);
  if (first !== undefined) {
    return `${name} stands twice, first in line ${first.line}; php-fpm would take the first, a shell the last`;
  }
  section.variables.set(name, { text, line });
  return null;
}

/** php-fpm takes `[www]` and `[WWW]` for one pool. */
function addSection(sections: OpenSection[], { pool, line }: Said<'section'>): string | null {
  const [top] = sections;
  if (sections.length === 1 && top !== undefined && (top.variables.size > 0 || top.revision !== null)) {
    return 'something stands above the first header; php-fpm would give it to another pool';
  }
  if (sections.some((other) => other.pool?.toLowerCase() === pool.toLowerCase())) {
    return `the header [${pool}] stands twice`;
  }
  sections.push({ pool, line, variables: new Map(), revision: null });
  return null;
}
