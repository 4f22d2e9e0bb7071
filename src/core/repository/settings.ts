import { complain, hasErrors } from '../complain.ts';
import type { Checked, Complaint, RepositorySettings } from '../types.ts';
import type { YamlNode, YamlText } from '../yaml-node.ts';
import type { FieldRule } from './fields.ts';
import { readFields } from './fields.ts';

export const SETTINGS_FILE = 'reconcile.yaml';

const LAYER_PATH = /^env\/(?:[A-Za-z0-9_{][A-Za-z0-9._{}-]*\/)*[A-Za-z0-9_{][A-Za-z0-9._{}-]*\.yaml$/;
const PLACEHOLDERS = /\{(?:group|environment|host)\}/g;

/** The keys of reconcile.yaml. */
export const SETTINGS_FIELDS: readonly FieldRule[] = [
  { name: 'format', shape: 'text', required: true, allowed: ['1'], about: 'the version of this layout, 1' },
  {
    name: 'id',
    shape: 'text',
    required: true,
    text: {
      pattern: /^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/,
      expected: 'an id: letters, digits, ".", "_", "-" and "/", at most 128',
    },
    about: 'the name of this repository, unlike that of any other',
  },
  {
    name: 'layers',
    shape: 'texts',
    required: true,
    filled: true,
    text: {
      pattern: LAYER_PATH,
      expected: 'a path such as env/common.yaml or env/groups/{group}.yaml',
    },
    about:
      'paths of layer files, weakest first; {group}, {environment} and {host} stand for those of the host',
  },
  {
    name: 'undeclared',
    shape: 'text',
    allowed: ['allow', 'refuse'],
    about: 'whether layers may name variables that variables.yaml does not declare; allow when not said',
  },
];

/** The settings, with the place of every layer path for complaints about its files. */
export interface PlacedSettings {
  readonly settings: RepositorySettings;
  readonly layers: readonly YamlText[];
}

/** Reads reconcile.yaml. Codes: those of readFields, and YAML_SHAPE for a placeholder that does not exist. */
export function readSettings(node: YamlNode): Checked<PlacedSettings> {
  const fields = readFields(node, SETTINGS_FIELDS, SETTINGS_FILE);
  if (fields.value === null) return { value: null, complaints: fields.complaints };
  const layers = fields.value.texts('layers') ?? [];
  const complaints = [...fields.complaints, ...layers.flatMap(checkPlaceholders)];
  const settings: RepositorySettings = {
    format: 1,
    id: fields.value.text('id') ?? '',
    layers: layers.map((layer) => layer.text),
    undeclared: fields.value.text('undeclared') === 'refuse' ? 'refuse' : 'allow',
  };
  return { value: hasErrors(complaints) ? null : { settings, layers }, complaints };
}

function checkPlaceholders({ text, at }: YamlText): readonly Complaint[] {
  if (!/[{}]/.test(text.replace(PLACEHOLDERS, ''))) return [];
  const message = `layers: ${JSON.stringify(text)} may hold {group}, {environment} and {host}, nothing else in braces`;
  return [complain('YAML_SHAPE', at, message)];
}
