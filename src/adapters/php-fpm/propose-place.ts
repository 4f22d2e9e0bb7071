import { basename, dirname, join } from 'node:path';
import type { PlaceProposal } from '../../core/doctor/facts.ts';
import { ReconcileError } from '../../core/errors.ts';
import { isSamePath } from './glob.ts';
import type { FpmConfiguration } from './pools.ts';
import { readConfiguration } from './pools.ts';
import { discoverPrefix } from './prefix.ts';
import type { PhpFpmCandidate } from './propose.ts';
import { proposePhpFpm } from './propose.ts';

/** Where our file could stand; the headers are empty where the include stands inside a pool. */
export interface ProposedPlace {
  readonly path: string;
  readonly pools: readonly string[];
}

const NAME = 'env.conf';
const NOWHERE = '/nowhere/env.conf';

/**
 * The directories of which php-fpm reads every `*.conf`, each once. A file that stands in one of them already, under a
 * name that is read, keeps its name. Nothing is made and nothing is guessed beyond what the includes say.
 */
export function proposePlaces(
  configuration: FpmConfiguration,
  livePath: string | null,
): readonly ProposedPlace[] {
  const pools = configuration.pools.filter(({ listen }) => listen !== null).map(({ name }) => name);
  const places = new Map<string, ProposedPlace>();
  for (const { pattern, pool } of configuration.includes) {
    const directory = dirname(pattern);
    if (basename(pattern) !== '*.conf' || /[*?[\\]/.test(directory)) continue;
    const path = join(directory, keepName(directory, livePath));
    if (!places.has(path)) places.set(path, { path, pools: pool === null ? pools : [] });
  }
  return [...places.values()];
}

function keepName(directory: string, livePath: string | null): string {
  const name = basename(livePath ?? '');
  const isThere = livePath !== null && isSamePath(livePath, join(directory, name));
  return isThere && /^[^.].*\.conf$/s.test(name) ? name : NAME;
}

/** The same for every php-fpm of this host in the usual places, whether it runs or not. */
export async function proposeHostPlaces(): Promise<readonly PlaceProposal[]> {
  const found = await Promise.all(proposePhpFpm().map(proposeFor));
  return found.flat();
}

async function proposeFor({ binary, config }: PhpFpmCandidate): Promise<readonly PlaceProposal[]> {
  try {
    const root = { config, prefix: await discoverPrefix(binary), livePath: NOWHERE };
    return proposePlaces(readConfiguration(root), null).map((place) => ({ binary, config, ...place }));
  } catch (error) {
    if (error instanceof ReconcileError) return []; // it cannot be run or read: nothing is proposed of it
    throw error;
  }
}
