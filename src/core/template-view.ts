import type { Host } from './types.ts';

/**
 * A value in its target's full encoding, quotes included, as a template writes it.
 *
 * A template can write it and compare it, never take it apart: nothing of it is an own property, and text made of it
 * by accident (an error message, a property name) shows `***`.
 */
export class EncodedValue {
  readonly #plain: string;
  readonly #encoded: string;

  constructor(plain: string, encoded: string) {
    this.#plain = plain;
    this.#encoded = encoded;
  }

  /** The characters that go into the file. */
  write(): string {
    return this.#encoded;
  }

  /** The text that `==` and `contains` see. */
  compare(): string {
    return this.#plain;
  }

  toString(): string {
    return '***';
  }
}

/** All that a template can see: docs/templates.md. Never the commit, so that equal content gives equal bytes. */
export interface TemplateView {
  /** The variables of this file, sorted by name. */
  readonly variables: readonly NamedValue[];
  readonly host: Host;
  readonly pools: readonly string[];
  /** Null where the file may not carry `ping.response`. */
  readonly revision: EncodedValue | null;
}

export interface NamedValue {
  readonly name: string;
  readonly value: EncodedValue;
}

/** The names that a template uses. `env` and `host.labels` are looked up by name and cannot be looped over. */
export function makeScope({ variables, host, pools, revision }: TemplateView): object {
  return {
    variables,
    env: makeLookup(variables.map(({ name, value }) => [name, value])),
    host: {
      name: host.name,
      environment: host.environment,
      groups: host.groups,
      labels: makeLookup([...host.labels]),
    },
    pools,
    revision,
  };
}

/**
 * Own properties, whatever their names, hidden from enumeration; `size` is how many, unless an entry has that name.
 * Without both, the engine would go through all of them at a mention that looks cheap.
 */
function makeLookup(entries: readonly (readonly [string, unknown])[]): object {
  const lookup: object = Object.create(null);
  for (const [name, value] of new Map([['size', entries.length], ...entries])) {
    Object.defineProperty(lookup, name, { value });
  }
  return lookup;
}

/**
 * What `{{ }}` writes. Names, labels and other plain text come out as they are, and may not leave their line;
 * values come out in their target's encoding. Throws for anything that has no one text.
 */
export function writeOut(value: unknown): string {
  if (value instanceof EncodedValue) {
    return value.write();
  }
  if (typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  if (typeof value !== 'string') {
    throw new Error(
      'only a text or a number can be written; a list needs a loop or "join", a missing value "default"',
    );
  }
  if (/\p{Cc}/u.test(value)) {
    throw new Error('this text holds a line end or another control character');
  }
  return value;
}
