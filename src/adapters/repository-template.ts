import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ReconcileError } from '../core/errors.ts';
import { readInnerText } from './executable.ts';
import { makeDirectory } from './output-directory.ts';
import { readRandomId } from './randomness.ts';

const TEMPLATE = 'config-repo-template';
/** Stands in the template's reconcile.yaml until a repository is made of it. */
const PLACEHOLDER_ID = '00000000-0000-4000-8000-000000000000';

/**
 * Copies the template of a config repository to a new or empty directory, or to the clone of an empty repository, and
 * gives it an id of its own. Throws USAGE when the directory holds anything else: nothing is ever overwritten.
 */
export function copyRepositoryTemplate(directory: string): void {
  const isTaken = existsSync(directory) && readdirSync(directory).some((name) => name !== '.git');
  if (isTaken) {
    throw new ReconcileError('USAGE', `${directory} is not empty; name a directory that does not exist yet`);
  }
  makeDirectory(directory);
  writeTemplate(directory);
  const settings = join(directory, 'reconcile.yaml');
  writeFileSync(settings, readFileSync(settings, 'utf8').replaceAll(PLACEHOLDER_ID, readRandomId()));
}

/** The single executable has the template inside, as one JSON text: path → content. */
function writeTemplate(directory: string): void {
  const inner = readInnerText(`${TEMPLATE}.json`);
  if (inner === null) {
    cpSync(findTemplate(), directory, { recursive: true });
    return;
  }
  for (const [path, text] of Object.entries(JSON.parse(inner) as Record<string, string>)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** The template lies beside dist/ in the package and beside src/ in a checkout. */
function findTemplate(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, TEMPLATE, 'reconcile.yaml'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`${TEMPLATE} is not part of this installation`);
    directory = parent;
  }
  return join(directory, TEMPLATE);
}
