import { complain } from './complain.ts';
import type { Checked, Complaint, Host, Layer, LayerFile } from './types.ts';

/** A layer path of the settings with a host's own names in it. */
interface LayerPlace {
  readonly path: string;
  /** For people: `common`, `group functional`, `environment func-01`, `host php-143-117`. */
  readonly name: string;
  /** The placeholders that were filled; a path with {group} or {host} may have no file. */
  readonly optional: boolean;
}

type Placeholder = 'group' | 'environment' | 'host';

/**
 * The layers of one host, weakest first. A path with `{group}` stands once for each group, in the host's order.
 * A file for a group or a host is optional; a fixed path or an environment without a file is FILE_MISSING, told at
 * the host, since a host whose environment is mistyped would otherwise silently get too little.
 */
export function findLayers(
  host: Host,
  templates: readonly string[],
  files: ReadonlyMap<string, LayerFile>,
): Checked<readonly Layer[]> {
  const layers: Layer[] = [];
  const complaints: Complaint[] = [];
  for (const { path, name, optional } of templates.flatMap((template) => placeLayer(template, host))) {
    const file = files.get(path);
    if (file !== undefined) layers.push({ name, file });
    else if (!optional) complaints.push(complain('FILE_MISSING', host.at, `${path} (${name}) is missing`));
  }
  return { value: complaints.length === 0 ? layers : null, complaints };
}

/** Every path that a host reads, whether there is a file or not. */
export function layerPathsOf(host: Host, templates: readonly string[]): readonly string[] {
  return templates.flatMap((template) => placeLayer(template, host)).map((place) => place.path);
}

function placeLayer(template: string, host: Host): readonly LayerPlace[] {
  const groups = template.includes('{group}') ? host.groups : [''];
  const optional = /\{(?:group|host)\}/.test(template);
  return groups.map((group) => {
    const own: Readonly<Record<Placeholder, string>> = {
      group,
      environment: host.environment,
      host: host.name,
    };
    const fill = (_: string, key: Placeholder): string => own[key];
    const path = template.replace(/\{(group|environment|host)\}/g, fill);
    return { path, name: nameLayer(template, own), optional };
  });
}

function nameLayer(template: string, own: Readonly<Record<Placeholder, string>>): string {
  const named = (['environment', 'group', 'host'] as const).filter((key) => template.includes(`{${key}}`));
  if (named.length > 0) return named.map((key) => `${key} ${own[key]}`).join(', ');
  return template.replace(/^env\//, '').replace(/\.yaml$/, '');
}
