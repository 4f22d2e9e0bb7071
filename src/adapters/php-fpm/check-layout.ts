import { ReconcileError } from '../../core/errors.ts';
import type { FpmConfiguration, FpmPool } from './pools.ts';

/** What our file says of itself. */
export interface LayoutRequest {
  readonly livePath: string;
  /** What `ping.response` of the file announces; null: nothing. */
  readonly revision: string | null;
}

/**
 * Whether the configuration, read with the candidate in place of our file, gives the variables to a pool and lets it
 * prove them. php-fpm itself complains about none of this or in words that blame the commit, and PHP would never see
 * a file that no pool includes. Throws LAYOUT_WRONG, and what to change.
 */
export function checkLayout(configuration: FpmConfiguration, request: LayoutRequest): void {
  const { livePath } = request;
  const readers = configuration.pools.filter((pool) => pool.readsOurFile);
  if (configuration.globalReadsOurFile) {
    throw wrong(`${livePath} is included outside of every pool: name its pools in php_fpm.pools`);
  }
  if (readers.length === 0) throw wrong(`no include line reads ${livePath}, so PHP would never see it`);
  const unknown = readers.filter((pool) => pool.listen === null);
  if (unknown.length > 0) {
    throw wrong(
      `php_fpm.pools names ${listNames(unknown)}, which has no listen line in the php-fpm configuration`,
    );
  }
  const shadowed = readers.filter((pool) => pool.shadowed.length > 0);
  if (shadowed.length > 0) {
    const names = [...new Set(shadowed.flatMap((pool) => pool.shadowed))].slice(0, 5).join(', ');
    throw wrong(
      `${listNames(shadowed)} sets ${names} before ${livePath} is included, and php-fpm takes the first: ` +
        'remove these lines from the php-fpm configuration',
    );
  }
  const silenced = readers.filter((pool) => isSilenced(pool, request.revision));
  if (silenced.length > 0) {
    throw wrong(
      `${listNames(silenced)} sets ping.response after ${livePath} is included, so the content cannot be proven: ` +
        'move that line before the include, or set php_fpm.announce_revision: false',
    );
  }
}

/** The last ping.response wins. */
function isSilenced(pool: FpmPool, revision: string | null): boolean {
  return revision !== null && pool.pingPath !== null && pool.pingResponse !== revision;
}

function listNames(pools: readonly FpmPool[]): string {
  return pools.map((pool) => `pool ${pool.name}`).join(', ');
}

function wrong(message: string): ReconcileError {
  return new ReconcileError('LAYOUT_WRONG', message);
}
