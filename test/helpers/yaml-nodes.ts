import { formatComplaint } from '../../src/core/complain.ts';
import type { Complaint } from '../../src/core/types.ts';
import { parseYaml } from '../../src/core/yaml.ts';
import type { YamlNode } from '../../src/core/yaml-node.ts';

/** A YAML text read as `file.yaml`. */
export function readYaml(text: string): ReturnType<typeof parseYaml> {
  return parseYaml('file.yaml', new TextEncoder().encode(text));
}

/** The node of a text that must be right. */
export function nodeOf(text: string): YamlNode {
  const { value, complaints } = readYaml(text);
  if (value === null) throw new Error(complaints.map(formatComplaint).join('\n'));
  return value;
}

/** A node as plain data, for comparing: a tag stands before its text, what is empty is null. */
export function toData(node: YamlNode | null): unknown {
  if (node === null || node.kind === 'empty') return null;
  if (node.kind === 'text') return node.tag === null ? node.text : `${node.tag} ${node.text}`;
  if (node.kind === 'list') return node.items.map(toData);
  return new Map(node.entries.map(({ key, value }) => [key, toData(value)]));
}

/** `line:column CODE`, the part of a complaint that tests hold on to. */
export function placesOf(complaints: readonly Complaint[]): readonly string[] {
  return complaints.map(({ code, at }) => (at === null ? code : `${at.line}:${at.column} ${code}`));
}
