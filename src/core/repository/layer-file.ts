import { complain } from '../complain.ts';
import { checkName } from '../names.ts';
import type { Checked, Complaint, LayerEntry, LayerFile, NamePolicy } from '../types.ts';
import type { YamlEntry, YamlNode } from '../yaml-node.ts';
import { expectMap } from './fields.ts';

/**
 * Reads one layer file: a flat map NAME: text, `!unset` or `!expand text`. A file with only comments is a layer
 * without entries. Every bad name and value is told. Codes: YAML_SHAPE, YAML_EMPTY_VALUE, NAME_INVALID, NAME_REFUSED.
 */
export function readLayerFile(path: string, node: YamlNode, names: NamePolicy): Checked<LayerFile> {
  if (node.kind === 'empty') return { value: { path, entries: new Map() }, complaints: [] };
  const map = expectMap(node, path);
  if (map.value === null) return { value: null, complaints: map.complaints };
  const entries = new Map<string, LayerEntry>();
  const complaints: Complaint[] = [];
  for (const entry of map.value.entries) {
    const badName = checkName(entry.key, names, entry.keyAt);
    if (badName !== null) complaints.push(badName);
    const read = readEntry(entry);
    complaints.push(...read.complaints);
    if (badName === null && read.value !== null) entries.set(entry.key, read.value);
  }
  return { value: { path, entries }, complaints };
}

function readEntry({ key, keyAt, value }: YamlEntry): Checked<LayerEntry> {
  const name = key.slice(0, 60);
  if (value.kind === 'empty') return refuse('YAML_EMPTY_VALUE', `${name} has no value`);
  if (value.kind !== 'text') {
    return refuse(
      'YAML_SHAPE',
      `${name} must be a text, not a ${value.kind}; put text that starts with { or [ in quotes`,
    );
  }
  const { text, plain, tag, at } = value;
  if (tag === null) return { value: { kind: 'value', text, at }, complaints: [] };
  if (tag === '!unset') {
    if (text === '' && plain) return { value: { kind: 'unset', at: keyAt }, complaints: [] };
    return refuse('YAML_SHAPE', `${name}: nothing may follow !unset`);
  }
  if (text === '' && plain) return refuse('YAML_EMPTY_VALUE', `${name}: a text must follow !expand`);
  return { value: { kind: 'expand', text, at }, complaints: [] };

  function refuse(code: 'YAML_EMPTY_VALUE' | 'YAML_SHAPE', message: string): Checked<LayerEntry> {
    return { value: null, complaints: [complain(code, keyAt, message)] };
  }
}
