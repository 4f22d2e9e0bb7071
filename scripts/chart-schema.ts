import type { SettingSpec, SettingType } from '../src/config/setting.ts';
import { SETTINGS } from '../src/config/settings.ts';
import { FORGE_NAMES } from '../src/core/webhook/forge.ts';

type Schema = Readonly<Record<string, unknown>>;

/**
 * Settings of the host that follow from how the chart makes the pod: it writes them by itself, and a value for one would
 * have no effect. A name stands for all below it.
 */
export const OWN_SETTINGS: readonly string[] = [
  'repository.token_file',
  'repository.identity_file',
  'repository.known_hosts',
  'repository.ca_file',
  'repository.allowed_signers',
  'repository.revoked_keys',
  'repository.openpgp_keys',
  'files',
  'php_fpm.binary',
  'php_fpm.config',
  'state',
  'lock',
  'listen',
  'webhook',
];

/** As `config/written.ts` reads each type; YAML has read numbers and booleans before. Go's patterns look neither ahead nor back. */
const types: Readonly<Record<SettingType, Schema>> = {
  text: { type: 'string', minLength: 1 },
  path: { type: 'string', pattern: '^/' },
  remote: {
    type: 'string',
    pattern: String.raw`^(https?://[^/@\s]+(/\S*)?|ssh://\S+|file:///\S+|/\S+|([\w.-]+@)?[A-Za-z0-9][\w.-]*:/?[^\s:/]\S*)$`,
  },
  integer: { type: 'integer', minimum: 1 },
  seconds: { type: 'integer', minimum: 1, maximum: 9999 },
  'seconds-or-0': { type: 'integer', minimum: 0, maximum: 9999 },
  boolean: { type: 'boolean' },
  mode: { type: 'string', pattern: '^0?[0-7]{3,4}$' },
  list: { type: 'array', items: { type: 'string' } },
};

/** The schema of values.yaml, with the parts in it that follow from the code. */
export function fillChartSchema(schema: string): string {
  const whole = JSON.parse(schema);
  whole.properties.configuration = { ...makeConfiguration(), required: ['repository'] };
  whole.properties.configuration.properties.repository.required = ['url'];
  whole.properties.webhook.then.properties.sender = { enum: FORGE_NAMES };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

function makeConfiguration() {
  const root = makeMap();
  for (const spec of SETTINGS.filter((each) => !isOwn(each.path))) place(root, spec);
  return root;
}

function isOwn(path: string): boolean {
  return OWN_SETTINGS.some((own) => path === own || path.startsWith(`${own}.`));
}

interface MapSchema {
  readonly type: 'object';
  readonly additionalProperties: false;
  readonly properties: Record<string, Schema | MapSchema>;
}

function makeMap(): MapSchema {
  return { type: 'object', additionalProperties: false, properties: {} };
}

function place(root: MapSchema, { path, type, meaning }: SettingSpec): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let map = root;
  for (const key of keys) {
    map.properties[key] ??= makeMap();
    map = map.properties[key] as MapSchema;
  }
  map.properties[last] = { description: meaning, ...types[type] };
}
