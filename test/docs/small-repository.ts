import { readDirectory } from '../../src/adapters/directory-snapshot.ts';
import { parseRepository } from '../../src/core/repository/repository.ts';
import { resolveHost } from '../../src/core/resolve.ts';
import type { Snapshot } from '../../src/core/types.ts';

const TEMPLATE = new URL('../../config-repo-template/', import.meta.url).pathname;

/** Path → text; null takes the file away. */
export type Files = Readonly<Record<string, string | null>>;

/** The template repository with some of its files replaced. */
export function withFiles(files: Files): Snapshot {
  const { commit, rejected, files: template } = readDirectory(TEMPLATE);
  const bytes = new Map(template);
  for (const [path, text] of Object.entries(files)) {
    if (text === null) bytes.delete(path);
    else bytes.set(path, Buffer.from(text));
  }
  return { commit, rejected, files: bytes };
}

/** A repository of these files with the templates of the template repository, and nothing else of it. */
export function smallRepository(files: Files): Snapshot {
  const others = [...readDirectory(TEMPLATE).files.keys()].filter((path) => !path.startsWith('templates/'));
  return withFiles({ ...Object.fromEntries(others.map((path) => [path, null])), ...files });
}

/** The variables of one host; throws with the complaints where it has none. */
export function valuesOf(snapshot: Snapshot, name: string): ReadonlyMap<string, string> {
  const { value, complaints } = parseRepository(snapshot);
  const resolved = value === null ? null : resolveHost(value, { name });
  if (resolved === null || resolved.value === null) {
    throw new Error(JSON.stringify([...complaints, ...(resolved?.complaints ?? [])]));
  }
  return new Map(resolved.value.variables.map((variable) => [variable.name, variable.value.reveal()]));
}
