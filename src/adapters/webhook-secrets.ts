import { ReconcileError } from '../core/errors.ts';
import type { Forge } from '../core/webhook/forge.ts';
import { parseSecret } from '../core/webhook/secret.ts';
import { describe } from './errno.ts';
import { readSecretFile } from './secret-file.ts';

/** The secrets that files hold now, and the files that cannot be used: each as CONFIG_INVALID, without a byte of a secret. */
export interface WebhookSecrets {
  readonly secrets: readonly Uint8Array[];
  readonly errors: readonly ReconcileError[];
}

/** Reads the secrets of a webhook: they are replaced at any time, without a restart. */
export function readWebhookSecrets(paths: readonly string[], forge: Forge): WebhookSecrets {
  const read = paths.map((path) => readSecret(path, forge));
  return {
    secrets: read.flatMap((each) => (each instanceof ReconcileError ? [] : [each])),
    errors: read.flatMap((each) => (each instanceof ReconcileError ? [each] : [])),
  };
}

function readSecret(path: string, forge: Forge): Uint8Array | ReconcileError {
  try {
    const parsed = parseSecret(readSecretFile(path), forge);
    if ('secret' in parsed) return parsed.secret;
    throw new Error(parsed.wrong);
  } catch (error) {
    const message = `cannot use the secret in ${path}: ${describe(error)}`;
    return new ReconcileError('CONFIG_INVALID', message, { cause: error });
  }
}
