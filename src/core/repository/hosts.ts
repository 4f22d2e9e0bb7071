import { complain, hasErrors } from '../complain.ts';
import type { Checked, Complaint, Host } from '../types.ts';
import type { YamlEntry, YamlNode } from '../yaml-node.ts';
import type { FieldRule, TextRule } from './fields.ts';
import { expectMap, readFields } from './fields.ts';

export const HOSTS_FILE = 'hosts.yaml';

/** A name that also stands in paths of layer files, so it never starts with a dot or holds a slash. */
const PLACE_NAME: TextRule = {
  pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
  expected: 'a name of letters, digits, ".", "_" and "-" that starts with none of the signs but "_"',
};

/** A host name: RFC 1123 and `_`, which hosts in use do have; at most 253 characters. */
export const HOST_NAME: TextRule = {
  pattern: /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?$/,
  expected: 'a host name: letters, digits, ".", "_" and "-", at most 253',
};

/** The keys of a host in hosts.yaml. */
export const HOST_FIELDS: readonly FieldRule[] = [
  {
    name: 'environment',
    shape: 'text',
    required: true,
    text: PLACE_NAME,
    about: 'the environment it belongs to',
  },
  { name: 'groups', shape: 'texts', text: PLACE_NAME, about: 'its groups; a later one is stronger' },
  { name: 'labels', shape: 'labels', about: 'free texts that templates can read' },
  {
    name: 'addresses',
    shape: 'texts',
    text: {
      pattern: /^[A-Za-z0-9:[][A-Za-z0-9.:_%\]-]{0,253}$/,
      expected: 'an address: IPv4, IPv6 or a name',
    },
    about: 'where it is reached; for people and tools, nothing is sent there',
  },
];

/** Reads hosts.yaml; an empty file is an inventory without hosts. Codes: those of readFields, YAML_SHAPE for a name. */
export function readHosts(node: YamlNode): Checked<ReadonlyMap<string, Host>> {
  if (node.kind === 'empty') return { value: new Map(), complaints: [] };
  const map = expectMap(node, HOSTS_FILE);
  if (map.value === null) return { value: null, complaints: map.complaints };
  const hosts = new Map<string, Host>();
  const complaints: Complaint[] = [];
  for (const entry of map.value.entries) {
    const host = readHost(entry);
    complaints.push(...host.complaints);
    if (host.value !== null) hosts.set(entry.key, host.value);
  }
  return { value: hasErrors(complaints) ? null : hosts, complaints };
}

function readHost({ key, keyAt, value }: YamlEntry): Checked<Host> {
  const complaints: Complaint[] = [];
  if (!HOST_NAME.pattern.test(key)) {
    complaints.push(
      complain('YAML_SHAPE', keyAt, `${JSON.stringify(key.slice(0, 60))} is not ${HOST_NAME.expected}`),
    );
  }
  const fields = readFields(value, HOST_FIELDS, `host ${key.slice(0, 60)}`);
  complaints.push(...fields.complaints);
  if (fields.value === null) return { value: null, complaints };
  const host: Host = {
    name: key,
    environment: fields.value.text('environment') ?? '',
    groups: (fields.value.texts('groups') ?? []).map((group) => group.text),
    labels: fields.value.labels('labels'),
    addresses: (fields.value.texts('addresses') ?? []).map((address) => address.text),
    at: keyAt,
  };
  return { value: host, complaints };
}
