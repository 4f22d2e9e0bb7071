import { ReconcileError } from '../../core/errors.ts';
import { askFastCgi } from './fastcgi.ts';
import { FastCgiError } from './fastcgi-records.ts';
import type { FpmConfiguration } from './pools.ts';
import { LOOKS_FOR_GONE, waitForProof } from './prove.ts';
import type { FpmIdentity } from './sightings.ts';

/** A php-fpm that is well shows it in one look, in some milliseconds; a reload by somebody else may be under way. */
const HEALTH_MS = 3000;
const ANSWER_MS = 500;

/**
 * Whether a running php-fpm is well before anything is changed: not stopped, workers in every pool, none without a
 * master, ping pages that answer, with whatever text. Blame needs a difference, so content is not tried on a php-fpm
 * that is ill. Pools whose workers are all at work are well. Throws ENVIRONMENT_BROKEN.
 */
export async function checkHealth(identity: FpmIdentity, configuration: FpmConfiguration): Promise<void> {
  const late = AbortSignal.timeout(HEALTH_MS);
  const proof = {
    identity,
    configuration,
    late,
    before: null,
    revision: null,
    oldChildren: new Set<string>(),
  };
  try {
    await waitForProof({ ...proof, looksForGone: LOOKS_FOR_GONE });
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    if (error.code === 'RELOAD_UNANSWERED') return;
    const message = `php-fpm is not well, before anything was changed: ${error.message}`;
    throw new ReconcileError('ENVIRONMENT_BROKEN', message, { cause: error });
  }
}

/**
 * Where no master of this configuration runs, nobody may answer in its place: then the configuration that is named is
 * not the one that runs, and a file would be written that nobody reads. Throws ENVIRONMENT_BROKEN.
 */
export async function checkNobodyAnswers(configuration: FpmConfiguration, config: string): Promise<void> {
  for (const { name, listen, readsOurFile } of configuration.pools) {
    if (!readsOurFile || listen === null || !(await answers(listen))) continue;
    throw new ReconcileError(
      'ENVIRONMENT_BROKEN',
      `somebody answers at ${listen} (pool ${name}), but no php-fpm master that we may signal runs ${config}`,
    );
  }
}

/** Anything but a refused connection or a missing socket is somebody. */
async function answers(listen: string): Promise<boolean> {
  const params = { REQUEST_METHOD: 'GET', SCRIPT_NAME: '/ping', SCRIPT_FILENAME: '/ping' };
  try {
    await askFastCgi(listen, { params }, { deadlineMs: ANSWER_MS });
    return true;
  } catch (error) {
    return !(error instanceof FastCgiError && ['ENOENT', 'ECONNREFUSED'].includes(error.code));
  }
}
