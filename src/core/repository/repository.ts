import { complain, warn } from '../complain.ts';
import { decodeText } from '../decode.ts';
import { layerPathsOf } from '../layers.ts';
import { DEFAULT_NAMES } from '../names.ts';
import { checkTemplate } from '../template.ts';
import type {
  Checked,
  Complaint,
  Declaration,
  Host,
  LayerFile,
  NamePolicy,
  Repository,
  Snapshot,
  TargetName,
  Template,
} from '../types.ts';
import { parseYaml, YAML_LIMITS } from '../yaml.ts';
import type { YamlLimits } from '../yaml-guard.ts';
import type { YamlNode } from '../yaml-node.ts';
import { DECLARATIONS_FILE, readDeclarations } from './declarations.ts';
import { HOSTS_FILE, readHosts } from './hosts.ts';
import { readLayerFile } from './layer-file.ts';
import type { PlacedSettings } from './settings.ts';
import { readSettings, SETTINGS_FILE } from './settings.ts';

/** What the host's own configuration says about reading a repository. */
export interface ParseOptions {
  readonly names?: NamePolicy;
  readonly limits?: YamlLimits;
}

/** Where the template of each target stands. */
const TEMPLATE_PATHS: ReadonlyMap<TargetName, string> = new Map([
  ['php-fpm', 'templates/juanpi_php_env.conf.liquid'],
  ['shell', 'templates/shell_env.sh.liquid'],
]);

/**
 * A snapshot as a repository, and every mistake in all of its files at once. With errors it holds what could be read
 * (null without settings, hosts or declarations), for the mistakes that still can be found in it; one bad file refuses
 * the whole commit, since hosts move from one commit to the next together. Codes: FILE_MISSING (reconcile.yaml, hosts.yaml, a fixed layer,
 * every template), FILE_REJECTED, NAME_UNDECLARED, those of parseYaml, readFields, readLayerFile and
 * readDeclarations; warning LAYER_UNKNOWN for a file under env/ that no host reads.
 *
 * A layer path without placeholders must have a file. One with `{environment}` must have one for the environment of
 * every host: that is said when the host is resolved. Files for groups and hosts are optional.
 */
export function parseRepository(snapshot: Snapshot, options: ParseOptions = {}): Checked<Repository> {
  const reader = new RepositoryReader(snapshot, options);
  const value = reader.read();
  return { value, complaints: reader.complaints };
}

class RepositoryReader {
  readonly complaints: Complaint[] = [];
  readonly #snapshot: Snapshot;
  readonly #names: NamePolicy;
  readonly #limits: YamlLimits;

  constructor(snapshot: Snapshot, options: ParseOptions) {
    this.#snapshot = snapshot;
    this.#names = options.names ?? DEFAULT_NAMES;
    this.#limits = options.limits ?? YAML_LIMITS;
  }

  read(): Repository | null {
    this.complaints.push(...checkRejected(this.#snapshot));
    const placed = this.#take(this.#readFile(SETTINGS_FILE, readSettings));
    const hosts = this.#take(this.#readFile(HOSTS_FILE, readHosts));
    const declarations = this.#readDeclarations();
    const layers = this.#readLayers();
    const templates = this.#readTemplates();
    if (placed === null) return null;
    this.complaints.push(...checkFixedLayers(placed, this.#snapshot));
    if (hosts !== null) this.complaints.push(...checkReach(placed, hosts, this.#snapshot));
    if (placed.settings.undeclared === 'refuse' && declarations !== null) {
      this.complaints.push(...checkUndeclared(layers, declarations));
    }
    if (hosts === null || declarations === null) return null;
    return { settings: placed.settings, hosts, declarations, layers, templates };
  }

  #take<T>(checked: Checked<T>): T | null {
    this.complaints.push(...checked.complaints);
    return checked.value;
  }

  #readFile<T>(path: string, read: (node: YamlNode) => Checked<T>): Checked<T> {
    const bytes = this.#snapshot.files.get(path);
    if (bytes === undefined)
      return { value: null, complaints: [complain('FILE_MISSING', null, `${path} is missing`)] };
    const node = parseYaml(path, bytes, this.#limits);
    return node.value === null ? { value: null, complaints: node.complaints } : read(node.value);
  }

  #readDeclarations(): ReadonlyMap<string, Declaration> | null {
    if (!this.#snapshot.files.has(DECLARATIONS_FILE)) return new Map();
    return this.#take(this.#readFile(DECLARATIONS_FILE, (node) => readDeclarations(node, this.#names)));
  }

  #readLayers(): ReadonlyMap<string, LayerFile> {
    const layers = new Map<string, LayerFile>();
    for (const path of layerFilesOf(this.#snapshot)) {
      const layer = this.#take(this.#readFile(path, (node) => readLayerFile(path, node, this.#names)));
      if (layer !== null) layers.set(path, layer);
    }
    return layers;
  }

  /** A target without a template is one that no host may ask for; a repository without any is a mistake. */
  #readTemplates(): ReadonlyMap<TargetName, Template> {
    const templates = new Map<TargetName, Template>();
    const paths = [...TEMPLATE_PATHS].filter(([, path]) => this.#snapshot.files.has(path));
    for (const [target, path] of paths) {
      const bytes = this.#snapshot.files.get(path) ?? new Uint8Array();
      const text = this.#take(decodeText(path, bytes, this.#limits.bytes));
      if (text === null) continue;
      const template = { target, path, text };
      this.complaints.push(...checkTemplate(template));
      templates.set(target, template);
    }
    if (paths.length === 0) {
      const message = `no template: ${[...TEMPLATE_PATHS.values()].join(' or ')} is missing`;
      this.complaints.push(complain('FILE_MISSING', null, message));
    }
    return templates;
  }
}

function layerFilesOf(snapshot: Snapshot): readonly string[] {
  return [...snapshot.files.keys()].filter((path) => /^env\/.*\.yaml$/s.test(path)).sort();
}

/** Links, submodules and unsafe paths are never read; where a file is expected, that must be said. */
function checkRejected(snapshot: Snapshot): readonly Complaint[] {
  return snapshot.rejected
    .filter(
      ({ path }) =>
        [SETTINGS_FILE, HOSTS_FILE, DECLARATIONS_FILE].includes(path) || /^(env|templates)(\/|$)/.test(path),
    )
    .map(({ path, why }) =>
      complain('FILE_REJECTED', { file: path, line: 1, column: 1 }, `is never read: ${why}`),
    );
}

function checkFixedLayers({ layers }: PlacedSettings, snapshot: Snapshot): readonly Complaint[] {
  return layers
    .filter(({ text }) => !text.includes('{') && !snapshot.files.has(text))
    .map(({ text, at }) => complain('FILE_MISSING', at, `${text} is missing`));
}

/** Guards against a mistyped file name, which would otherwise be silently without effect. */
function checkReach(
  { settings }: PlacedSettings,
  hosts: ReadonlyMap<string, Host>,
  snapshot: Snapshot,
): readonly Complaint[] {
  const reached = new Set([...hosts.values()].flatMap((host) => layerPathsOf(host, settings.layers)));
  const fixed = new Set(settings.layers);
  return [...snapshot.files.keys()]
    .filter((path) => /^env\/.*\.ya?ml$/s.test(path) && !reached.has(path) && !fixed.has(path))
    .sort()
    .map((file) => {
      const why = file.endsWith('.yml')
        ? 'layer files end in .yaml'
        : 'no host of hosts.yaml reads this file';
      return warn('LAYER_UNKNOWN', { file, line: 1, column: 1 }, why);
    });
}

function checkUndeclared(
  layers: ReadonlyMap<string, LayerFile>,
  declarations: ReadonlyMap<string, Declaration>,
): readonly Complaint[] {
  return [...layers.values()].flatMap((layer) =>
    [...layer.entries]
      .filter(([name]) => !declarations.has(name))
      .map(([name, { at }]) =>
        complain('NAME_UNDECLARED', at, `${name} is not declared in ${DECLARATIONS_FILE}`),
      ),
  );
}
