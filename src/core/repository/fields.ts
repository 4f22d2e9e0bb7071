import { complain, hasErrors } from '../complain.ts';
import { suggest } from '../suggest.ts';
import type { Checked, Complaint, Location } from '../types.ts';
import type { YamlEntry, YamlMap, YamlNode, YamlText } from '../yaml-node.ts';

/** What a text must look like, and how to say so. */
export interface TextRule {
  readonly pattern: RegExp;
  readonly expected: string;
}

/** `flag`: true or false; `texts`: a list of texts; `labels`: a map of texts. */
export type FieldShape = 'text' | 'flag' | 'texts' | 'labels';

/** One key of a file's map. The check and the JSON Schema are both made of these. */
export interface FieldRule {
  readonly name: string;
  readonly shape: FieldShape;
  readonly about: string;
  readonly required?: boolean;
  /** The only texts allowed. */
  readonly allowed?: readonly string[];
  /** What each text must look like. */
  readonly text?: TextRule;
  /** A list with at least one item. */
  readonly filled?: boolean;
}

/** The fields of a map that passed its rules; asking for one that is not there gives null. */
export class Fields {
  readonly #entries: ReadonlyMap<string, YamlNode>;

  constructor(entries: ReadonlyMap<string, YamlNode>) {
    this.#entries = entries;
  }

  text(name: string): string | null {
    const node = this.#entries.get(name);
    return node?.kind === 'text' ? node.text : null;
  }

  flag(name: string): boolean {
    return this.text(name) === 'true';
  }

  /** Every item with its place. */
  texts(name: string): readonly YamlText[] | null {
    const node = this.#entries.get(name);
    return node?.kind === 'list' ? node.items.filter((item) => item.kind === 'text') : null;
  }

  labels(name: string): ReadonlyMap<string, string> {
    const node = this.#entries.get(name);
    const entries = node?.kind === 'map' ? node.entries : [];
    return new Map(entries.flatMap(({ key, value }) => (value.kind === 'text' ? [[key, value.text]] : [])));
  }

  at(name: string): Location | null {
    return this.#entries.get(name)?.at ?? null;
  }
}

const EXPECTED: Readonly<Record<FieldShape, string>> = {
  text: 'a text',
  flag: 'true or false, without quotes',
  texts: 'a list of texts such as [a, b]',
  labels: 'a map of texts such as {rack: a3}',
};

/**
 * Reads a map by its rules. Every mistake is told: no map at all, a key that no rule names (with the nearest one
 * that is meant), a missing required key, an empty value, a wrong shape, a text that breaks its rule. Codes:
 * YAML_SHAPE, YAML_EMPTY_VALUE, YAML_DUPLICATE (in a list). `what` names the map in messages.
 */
export function readFields(node: YamlNode, rules: readonly FieldRule[], what: string): Checked<Fields> {
  const map = expectMap(node, what);
  if (map.value === null) return { value: null, complaints: map.complaints };
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const complaints = map.value.entries.flatMap((entry) => checkEntry(entry, byName.get(entry.key), byName));
  const present = new Map(map.value.entries.map((entry) => [entry.key, entry.value]));
  for (const rule of rules) {
    if (rule.required && !present.has(rule.name)) {
      complaints.push(complain('YAML_SHAPE', node.at, `${what} must say ${rule.name}: ${rule.about}`));
    }
  }
  return { value: hasErrors(complaints) ? null : new Fields(present), complaints };
}

/** The node as a map, or YAML_SHAPE. */
export function expectMap(node: YamlNode, what: string): Checked<YamlMap> {
  if (node.kind === 'map') return { value: node, complaints: [] };
  const message = `${what} must be a map of "key: value" lines, not ${describeNode(node)}`;
  return { value: null, complaints: [complain('YAML_SHAPE', node.at, message)] };
}

function checkEntry(
  { key, keyAt, value }: YamlEntry,
  rule: FieldRule | undefined,
  known: ReadonlyMap<string, FieldRule>,
): readonly Complaint[] {
  if (rule === undefined) {
    const message = `unknown key ${JSON.stringify(key.slice(0, 60))}${suggest(key, known.keys())}`;
    return [complain('YAML_SHAPE', keyAt, message)];
  }
  if (value.kind === 'empty') {
    return [complain('YAML_EMPTY_VALUE', keyAt, `${key} has no value; expected ${EXPECTED[rule.shape]}`)];
  }
  switch (rule.shape) {
    case 'text':
      return value.kind === 'text' ? checkText(value, rule) : [wrongShape(value, rule)];
    case 'flag':
      return value.kind === 'text' && value.plain && /^(true|false)$/.test(value.text)
        ? []
        : [wrongShape(value, rule)];
    case 'texts':
      return value.kind === 'list' ? checkTexts(value.items, rule, keyAt) : [wrongShape(value, rule)];
    case 'labels':
      return value.kind === 'map' ? checkLabels(value, rule) : [wrongShape(value, rule)];
  }
}

function checkText(node: YamlText, rule: FieldRule): readonly Complaint[] {
  if (node.tag !== null)
    return [complain('YAML_SHAPE', node.at, `${node.tag} has a meaning in layer files only`)];
  const shown = JSON.stringify(node.text.length > 60 ? `${node.text.slice(0, 60)}…` : node.text);
  if (rule.allowed !== undefined && !rule.allowed.includes(node.text)) {
    const message = `${rule.name}: ${shown} is none of ${rule.allowed.join(', ')}${suggest(node.text, rule.allowed)}`;
    return [complain('YAML_SHAPE', node.at, message)];
  }
  if (rule.text === undefined || rule.text.pattern.test(node.text)) return [];
  return [complain('YAML_SHAPE', node.at, `${rule.name}: ${shown} is not ${rule.text.expected}`)];
}

function checkTexts(items: readonly YamlNode[], rule: FieldRule, keyAt: Location): readonly Complaint[] {
  if (rule.filled && items.length === 0)
    return [complain('YAML_SHAPE', keyAt, `${rule.name} must not be empty`)];
  const seen = new Set<string>();
  return items.flatMap((item) => {
    if (item.kind !== 'text') return [wrongShape(item, rule)];
    const again = seen.has(item.text);
    seen.add(item.text);
    return again
      ? [complain('YAML_DUPLICATE', item.at, `${rule.name} already has this item`)]
      : checkText(item, rule);
  });
}

function checkLabels(map: YamlMap, rule: FieldRule): readonly Complaint[] {
  return map.entries.flatMap(({ value }) =>
    value.kind === 'text' ? checkText(value, rule) : [wrongShape(value, rule)],
  );
}

function wrongShape(node: YamlNode, rule: FieldRule): Complaint {
  return complain(
    'YAML_SHAPE',
    node.at,
    `${rule.name}: expected ${EXPECTED[rule.shape]}, not ${describeNode(node)}`,
  );
}

function describeNode(node: YamlNode): string {
  switch (node.kind) {
    case 'map':
      return 'a map';
    case 'list':
      return 'a list';
    case 'text':
      return 'a text';
    case 'empty':
      return 'nothing';
  }
}
