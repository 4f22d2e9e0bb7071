import { complain, hasErrors } from '../core/complain.ts';
import { parseRemote } from '../core/git/remote.ts';
import type { Checked, Complaint, Location } from '../core/types.ts';
import { parseYaml } from '../core/yaml.ts';
import type { YamlMap, YamlNode } from '../core/yaml-node.ts';
import type { SettingSpec } from './setting.ts';
import { SETTINGS } from './settings.ts';

/** The settings as somebody wrote them, each of the type that its row in SETTINGS names; null: not written. */
export interface Written {
  text(path: string): string | null;
  integer(path: string): number | null;
  boolean(path: string): boolean | null;
  mode(path: string): number | null;
  list(path: string): readonly string[] | null;
  /** Whether anything at or below the path is written. */
  has(path: string): boolean;
  at(path: string): Location | null;
}

type Texts = string | readonly string[];

interface Entry {
  readonly value: Texts;
  readonly at: Location | null;
}

/** Environment variables that may override a setting. */
type Overrides = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration file and the environment variables over it. Every complaint at once: CONFIG_INVALID for
 * unknown settings and values of the wrong type, the YAML codes for what the YAML reader refuses.
 */
export function readWritten(file: string, bytes: Uint8Array, overrides: Overrides): Checked<Written> {
  const root = parseYaml(file, bytes);
  const entries = new Map<string, Entry>();
  const complaints = [...root.complaints];
  if (root.value !== null) complaints.push(...collect(root.value, '', entries));
  for (const spec of SETTINGS) {
    const override = spec.environment === undefined ? undefined : overrides[spec.environment];
    if (override !== undefined) entries.set(spec.path, { value: readOverride(spec, override), at: null });
  }
  complaints.push(...checkOverrides(overrides));
  complaints.push(...[...entries].flatMap(([path, entry]) => checkType(path, entry)));
  return { value: hasErrors(complaints) ? null : makeWritten(entries), complaints };
}

/** The variable that names the configuration file itself; read before there is one. */
const CONFIG_PATH = 'RECONCILE_CONFIG';

/** A mistyped name would otherwise be without effect and without a word. */
function checkOverrides(overrides: Overrides): readonly Complaint[] {
  const known = new Set([CONFIG_PATH, ...SETTINGS.map((spec) => spec.environment)]);
  return Object.keys(overrides)
    .filter((name) => name.startsWith('RECONCILE_') && !known.has(name))
    .map((name) => wrong(null, `there is no setting ${name}; unset this environment variable`));
}

function readOverride(spec: SettingSpec, text: string): Texts {
  return spec.type === 'list' ? text.split(',').map((item) => item.trim()) : text;
}

/** Walks the maps down to the settings. */
function collect(node: YamlNode, path: string, entries: Map<string, Entry>): readonly Complaint[] {
  if (SETTINGS.some((spec) => spec.path === path)) return collectSetting(node, path, entries);
  if (node.kind === 'map') return collectMap(node, path, entries);
  if (node.kind === 'empty') return [];
  return [wrong(node.at, `${path === '' ? 'the file' : path} must be a map of settings`)];
}

function collectMap(map: YamlMap, path: string, entries: Map<string, Entry>): readonly Complaint[] {
  return map.entries.flatMap(({ key, keyAt, value }) => {
    const inner = path === '' ? key : `${path}.${key}`;
    const isKnown = SETTINGS.some((spec) => spec.path === inner || spec.path.startsWith(`${inner}.`));
    return isKnown ? collect(value, inner, entries) : [wrong(keyAt, `there is no setting ${inner}`)];
  });
}

function collectSetting(node: YamlNode, path: string, entries: Map<string, Entry>): readonly Complaint[] {
  if (node.kind === 'text') {
    entries.set(path, { value: node.text, at: node.at });
    return [];
  }
  if (node.kind !== 'list') return [wrong(node.at, `${path} has no value`)];
  const items = node.items.map((item) => (item.kind === 'text' ? item.text : null));
  if (!items.every((item) => item !== null)) return [wrong(node.at, `${path} must be a list of texts`)];
  entries.set(path, { value: items, at: node.at });
  return [];
}

const PATTERN = {
  path: [/^\/[^\0]*$/, 'an absolute path'],
  integer: [/^[1-9]\d{0,8}$/, 'a whole number above 0'],
  seconds: [/^[1-9]\d{0,3}$/, 'a whole number of seconds from 1 to 9999'],
  'seconds-or-0': [/^(0|[1-9]\d{0,3})$/, 'a whole number of seconds from 0 to 9999'],
  boolean: [/^(true|false)$/, 'true or false'],
  mode: [/^0?[0-7]{3,4}$/, 'octal permission bits such as 0640'],
  text: [/^[^\0\n]+$/, 'a text of one line'],
} as const;

function checkType(path: string, entry: Entry): readonly Complaint[] {
  const type = SETTINGS.find((spec) => spec.path === path)?.type ?? 'text';
  if (type === 'list') {
    return typeof entry.value === 'string' ? [wrong(entry.at, `${path} must be a list, e.g. [a, b]`)] : [];
  }
  if (type === 'remote') return checkRemote(path, entry);
  const [pattern, words] = PATTERN[type];
  if (typeof entry.value === 'string' && pattern.test(entry.value)) return [];
  return [wrong(entry.at, `${path} must be ${words}, not ${JSON.stringify(entry.value)}`)];
}

function checkRemote(path: string, { value, at }: Entry): readonly Complaint[] {
  const parsed = typeof value === 'string' ? parseRemote(value) : { wrong: 'it is a list' };
  return 'remote' in parsed ? [] : [wrong(at, `${path} cannot be used: ${parsed.wrong}`)];
}

function makeWritten(entries: ReadonlyMap<string, Entry>): Written {
  const text = (path: string): string | null => {
    const value = entries.get(path)?.value;
    return typeof value === 'string' ? value : null;
  };
  const number = (path: string, radix: number): number | null => {
    const value = text(path);
    return value === null ? null : Number.parseInt(value, radix);
  };
  const below = (path: string) => [...entries].find(([each]) => each === path || each.startsWith(`${path}.`));
  return {
    text,
    integer: (path) => number(path, 10),
    mode: (path) => number(path, 8),
    boolean: (path) => (text(path) === null ? null : text(path) === 'true'),
    list(path) {
      const value = entries.get(path)?.value;
      return value === undefined || typeof value === 'string' ? null : value;
    },
    has: (path) => below(path) !== undefined,
    at: (path) => below(path)?.[1].at ?? null,
  };
}

function wrong(at: Location | null, message: string): Complaint {
  return complain('CONFIG_INVALID', at, message);
}
