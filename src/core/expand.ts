import { complain } from './complain.ts';
import { suggest } from './suggest.ts';
import type { Complaint, Location } from './types.ts';
import { Value } from './value.ts';

/** A variable before its references are replaced. */
export interface RawVariable {
  readonly kind: 'value' | 'expand';
  readonly text: string;
  readonly secret: boolean;
  readonly at: Location;
}

/** What expansion gives: values by name, without those that an error keeps from having one. */
export interface Expanded {
  readonly values: ReadonlyMap<string, Value>;
  readonly complaints: readonly Complaint[];
}

type Piece = { readonly text: string } | { readonly name: string };

/** Longer than any variable may be: growth beyond it ends at once, so references cannot multiply without end. */
const MAX_TEXT = 131_072;
/** All texts of one host together; the kernel takes about 2 MiB of environment and arguments. */
export const MAX_TOTAL = 2 * 1024 * 1024;
const MAX_SUGGESTIONS = 20;

/**
 * Replaces `${NAME}` in every `!expand` text; `$${` is a literal `${`, any other `$` stands for itself. A value made
 * of a secret is a secret. Codes: EXPAND_UNKNOWN (no such variable of this host, or no name in the braces),
 * EXPAND_CYCLE (with the whole circle), VALUE_IMPOSSIBLE (grown beyond what an environment can hold). A variable
 * whose reference has no value gets none and no complaint of its own.
 */
export function expandVariables(raw: ReadonlyMap<string, RawVariable>): Expanded {
  const complaints: Complaint[] = [];
  const pieces = new Map<string, readonly Piece[]>();
  for (const [name, variable] of raw) pieces.set(name, splitReferences(name, variable, complaints));
  complaints.push(...checkReferences(raw, pieces));
  const order = sortByReference(pieces);
  complaints.push(...findCycles(raw, pieces, order));
  return { values: joinAll(raw, pieces, { order, complaints }), complaints };
}

function splitReferences(name: string, raw: RawVariable, complaints: Complaint[]): readonly Piece[] {
  if (raw.kind === 'value') return [{ text: raw.text }];
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of raw.text.matchAll(/\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]{0,127})\}|\$\{/g)) {
    pieces.push({ text: raw.text.slice(from, found.index) });
    from = found.index + found[0].length;
    if (found[1] !== undefined) pieces.push({ name: found[1] });
    else if (found[0] === '$${') pieces.push({ text: '${' });
    else complaints.push(complain('EXPAND_UNKNOWN', raw.at, `${name}: a \${ without "NAME}" after it`));
  }
  return [...pieces, { text: raw.text.slice(from) }];
}

function referencesOf(pieces: readonly Piece[] | undefined): readonly string[] {
  return (pieces ?? []).flatMap((piece) => ('name' in piece ? [piece.name] : []));
}

function checkReferences(
  raw: ReadonlyMap<string, RawVariable>,
  pieces: ReadonlyMap<string, readonly Piece[]>,
): readonly Complaint[] {
  const complaints: Complaint[] = [];
  for (const [name, { at }] of raw) {
    for (const reference of new Set(referencesOf(pieces.get(name)))) {
      if (raw.has(reference)) continue;
      const meant = complaints.length < MAX_SUGGESTIONS ? suggest(reference, raw.keys()) : '';
      complaints.push(
        complain('EXPAND_UNKNOWN', at, `${name} refers to ${reference}, which has no value here${meant}`),
      );
    }
  }
  return complaints;
}

/** Names so that each comes after all that it refers to (Kahn 1962); those in or behind a circle are left out. */
function sortByReference(pieces: ReadonlyMap<string, readonly Piece[]>): readonly string[] {
  const users = new Map<string, string[]>();
  const open = new Map<string, number>();
  for (const [name, own] of pieces) {
    const references = [...new Set(referencesOf(own))].filter((reference) => pieces.has(reference));
    open.set(name, references.length);
    for (const reference of references) {
      const others = users.get(reference);
      if (others === undefined) users.set(reference, [name]);
      else others.push(name);
    }
  }
  const order = [...open].filter(([, count]) => count === 0).map(([name]) => name);
  for (const name of order) {
    for (const user of users.get(name) ?? []) {
      const left = (open.get(user) ?? 0) - 1;
      open.set(user, left);
      if (left === 0) order.push(user);
    }
  }
  return order;
}

/** One complaint per circle, at the first of its names. What only leads into a circle is not complained about. */
function findCycles(
  raw: ReadonlyMap<string, RawVariable>,
  pieces: ReadonlyMap<string, readonly Piece[]>,
  order: readonly string[],
): readonly Complaint[] {
  const left = new Set(raw.keys());
  for (const name of order) left.delete(name);
  const complaints: Complaint[] = [];
  const seen = new Set<string>();
  for (const start of [...left].sort()) {
    const path = walk(start, { left, seen, pieces });
    if (path.length === 0) continue;
    const first = path.indexOf([...path].sort()[0] ?? '');
    const circle = [...path.slice(first), ...path.slice(0, first + 1)];
    const shown = circle.length > 12 ? [...circle.slice(0, 10), '…', ...circle.slice(-1)] : circle;
    complaints.push(
      complain('EXPAND_CYCLE', raw.get(circle[0] ?? '')?.at ?? null, `a circle: ${shown.join(' → ')}`),
    );
  }
  return complaints;
}

interface Maze {
  readonly left: ReadonlySet<string>;
  readonly seen: Set<string>;
  readonly pieces: ReadonlyMap<string, readonly Piece[]>;
}

/** Follows first references until a name comes again; gives the circle, or nothing when it was walked before. */
function walk(start: string, { left, seen, pieces }: Maze): readonly string[] {
  const path = new Map<string, number>();
  let name: string | undefined = start;
  while (name !== undefined && !seen.has(name)) {
    seen.add(name);
    path.set(name, path.size);
    name = referencesOf(pieces.get(name)).find((reference) => left.has(reference));
  }
  const from = path.get(name ?? '');
  return from === undefined ? [] : [...path.keys()].slice(from);
}

interface JoinRequest {
  readonly order: readonly string[];
  readonly complaints: Complaint[];
}

function joinAll(
  raw: ReadonlyMap<string, RawVariable>,
  pieces: ReadonlyMap<string, readonly Piece[]>,
  { order, complaints }: JoinRequest,
): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  let total = 0;
  for (const name of order) {
    const variable = raw.get(name);
    const value = variable === undefined ? null : join(variable, pieces.get(name) ?? [], values);
    if (variable === undefined || value === null) continue;
    total += Buffer.byteLength(value.reveal());
    if (total > MAX_TOTAL) {
      const message = `all variables together are longer than ${MAX_TOTAL} bytes; no program could be started`;
      complaints.push(complain('VALUE_IMPOSSIBLE', variable.at, message));
      return values;
    }
    values.set(name, value);
  }
  return values;
}

/** Null when a reference has no value. A text beyond MAX_TEXT is cut: the size check refuses it in any case. */
function join(
  variable: RawVariable,
  pieces: readonly Piece[],
  values: ReadonlyMap<string, Value>,
): Value | null {
  let text = '';
  let secret = variable.secret;
  for (const piece of pieces) {
    const value = 'name' in piece ? values.get(piece.name) : undefined;
    if ('name' in piece && value === undefined) return null;
    secret ||= value?.secret ?? false;
    if (text.length <= MAX_TEXT) text += 'name' in piece ? (value?.reveal() ?? '') : piece.text;
  }
  return new Value(text, secret);
}
