import { complain, hasErrors } from '../complain.ts';
import { checkName } from '../names.ts';
import { parsePattern } from '../pattern/parse-pattern.ts';
import type { Checked, Complaint, Declaration, NamePolicy, TargetName, VariableType } from '../types.ts';
import type { YamlEntry, YamlNode } from '../yaml-node.ts';
import type { FieldRule, Fields } from './fields.ts';
import { expectMap, readFields } from './fields.ts';

export const DECLARATIONS_FILE = 'variables.yaml';

const TARGETS: readonly TargetName[] = ['php-fpm', 'shell'];
const TYPES: readonly VariableType[] = ['string', 'integer', 'number', 'boolean', 'url', 'json'];

/** The keys of a variable in variables.yaml. */
export const DECLARATION_FIELDS: readonly FieldRule[] = [
  { name: 'description', shape: 'text', about: 'what it is for' },
  { name: 'required', shape: 'flag', about: 'whether every host must have a value; false when not said' },
  { name: 'secret', shape: 'flag', about: 'whether its value must never be shown; false when not said' },
  { name: 'type', shape: 'text', allowed: TYPES, about: 'what its value must be; string when not said' },
  { name: 'pattern', shape: 'text', about: 'a regular expression that the whole value must match' },
  { name: 'enum', shape: 'texts', filled: true, about: 'the only values it may have' },
  {
    name: 'files',
    shape: 'texts',
    filled: true,
    allowed: TARGETS,
    about: 'the files that get it; both when not said',
  },
  { name: 'since', shape: 'text', about: 'since which release or date it is read' },
];

/**
 * Reads variables.yaml; an empty file declares nothing. Every mistake is told. Codes: those of readFields,
 * NAME_INVALID, NAME_REFUSED, YAML_SHAPE (a pattern that is none, see parsePattern).
 */
export function readDeclarations(
  node: YamlNode,
  names: NamePolicy,
): Checked<ReadonlyMap<string, Declaration>> {
  if (node.kind === 'empty') return { value: new Map(), complaints: [] };
  const map = expectMap(node, DECLARATIONS_FILE);
  if (map.value === null) return { value: null, complaints: map.complaints };
  const declarations = new Map<string, Declaration>();
  const complaints: Complaint[] = [];
  for (const entry of map.value.entries) {
    const read = readDeclaration(entry);
    const badName = checkName(entry.key, names, entry.keyAt);
    complaints.push(...(badName === null ? [] : [badName]), ...read.complaints);
    if (read.value !== null) declarations.set(entry.key, read.value);
  }
  return { value: hasErrors(complaints) ? null : declarations, complaints };
}

function readDeclaration({ key, keyAt, value }: YamlEntry): Checked<Declaration> {
  const fields = readFields(
    value,
    DECLARATION_FIELDS,
    `${key.slice(0, 60)} (write {} when there is nothing to say)`,
  );
  if (fields.value === null) return { value: null, complaints: fields.complaints };
  const complaints = [...fields.complaints, ...checkPattern(fields.value)];
  const type = TYPES.find((name) => name === fields.value?.text('type')) ?? 'string';
  const files = fields.value.texts('files')?.map((file) => file.text);
  const declaration: Declaration = {
    name: key,
    description: fields.value.text('description'),
    required: fields.value.flag('required'),
    secret: fields.value.flag('secret'),
    type,
    pattern: fields.value.text('pattern'),
    enum: fields.value.texts('enum')?.map((item) => item.text) ?? null,
    files: TARGETS.filter((target) => files === undefined || files.includes(target)),
    since: fields.value.text('since'),
    at: keyAt,
  };
  return { value: declaration, complaints };
}

function checkPattern(fields: Fields): readonly Complaint[] {
  const source = fields.text('pattern');
  if (source === null) return [];
  const pattern = parsePattern(source);
  return pattern.ok ? [] : [complain('YAML_SHAPE', fields.at('pattern'), `pattern: ${pattern.message}`)];
}
