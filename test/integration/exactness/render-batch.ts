import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatComplaint } from '../../../src/core/complain.ts';
import { renderFile } from '../../../src/core/render.ts';
import { parseRepository } from '../../../src/core/repository/repository.ts';
import { resolveHost } from '../../../src/core/resolve.ts';
import type { Complaint, RenderedFile, Snapshot, TargetName } from '../../../src/core/types.ts';
import type { Random } from './random-values.ts';
import { writeLayer } from './write-yaml.ts';

/** One file with all values that it can carry, and what was said of the others. */
export interface RenderedBatch {
  readonly bytes: Uint8Array;
  readonly carried: ReadonlyMap<string, string>;
  /** Name → complaint; each was said at the line of the layer file where the value stands. */
  readonly refused: ReadonlyMap<string, string>;
}

export interface Batch {
  readonly target: TargetName;
  readonly values: ReadonlyMap<string, string>;
  /** `[pool]` headers of the php-fpm file. */
  readonly pools: readonly string[];
}

const LAYER = 'env/common.yaml';
const TEMPLATES = ['templates/juanpi_php_env.conf.liquid', 'templates/shell_env.sh.liquid'];
const TEMPLATE_DIRECTORY = join(import.meta.dirname, '../../../config-repo-template');

/**
 * Writes the values as a repository, reads it as a host would, and renders; values that were refused are left out of
 * a second try, which must go well. Throws when a complaint is of another kind or has no place.
 */
export function renderBatch(batch: Batch, random: Random): RenderedBatch {
  const refused = new Map<string, string>();
  const carried = new Map(batch.values);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const layer = writeLayer(carried, random);
    const { file, complaints } = renderLayer(layer.text, batch);
    if (file !== null) return { bytes: file.bytes, carried, refused };
    for (const complaint of complaints) {
      const name = layer.nameOfLine.get(complaint.at?.line ?? 0);
      const isPlaced = complaint.at?.file === LAYER && complaint.at.column > 1;
      if (complaint.code !== 'VALUE_IMPOSSIBLE' || name === undefined || !isPlaced) {
        throw new Error(`unexpected: ${formatComplaint(complaint)}`);
      }
      refused.set(name, complaint.message);
      carried.delete(name);
    }
  }
  throw new Error('values are refused one after the other, not all at once');
}

interface Attempt {
  readonly file: RenderedFile | null;
  readonly complaints: readonly Complaint[];
}

function renderLayer(layer: string, { target, pools }: Batch): Attempt {
  const { value: repository, complaints } = parseRepository(makeSnapshot(layer));
  const resolved = repository === null ? null : resolveHost(repository, { name: 'host-1' });
  const template = repository?.templates.get(target);
  const all = errorsOf([...complaints, ...(resolved?.complaints ?? [])]);
  if (resolved === null || resolved.value === null || template === undefined || all.length > 0) {
    return { file: null, complaints: all };
  }
  const { host, variables } = resolved.value;
  const rendered = renderFile({ template, host, variables, pools, announceRevision: true });
  return { file: rendered.value, complaints: rendered.complaints };
}

function errorsOf(complaints: readonly Complaint[]): readonly Complaint[] {
  return complaints.filter(({ severity }) => severity === 'error');
}

function makeSnapshot(layer: string): Snapshot {
  const texts: readonly (readonly [string, string])[] = [
    ['reconcile.yaml', 'format: 1\nid: exactness\nlayers:\n  - env/common.yaml\n'],
    ['hosts.yaml', 'host-1:\n  environment: test\n'],
    [LAYER, layer],
    ...TEMPLATES.map((path) => [path, readFileSync(join(TEMPLATE_DIRECTORY, path), 'utf8')] as const),
  ];
  return {
    commit: null,
    files: new Map(texts.map(([path, text]) => [path, Buffer.from(text)])),
    rejected: [],
  };
}
