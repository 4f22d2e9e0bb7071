import { isOpenToOthers } from '../adapters/secret-file.ts';
import { readWebhookSecrets } from '../adapters/webhook-secrets.ts';
import type { Config } from '../config/config.ts';
import type { ReconcileError } from '../core/errors.ts';
import { FORGES } from '../core/webhook/index.ts';
import { secretFilesOf } from './secret-files.ts';

/** What is wrong with the files that hold secrets of this host, and which of them everybody on it may read. */
export interface SecretFaults {
  readonly errors: readonly ReconcileError[];
  readonly open: readonly string[];
}

/** Looks at the files with secrets that a host configuration names. */
export function checkSecrets({ repository, listener: { webhook } }: Config): SecretFaults {
  const { tokenFile } = repository.access;
  const hookFiles = webhook === null ? [] : secretFilesOf(webhook);
  const errors = webhook === null ? [] : readWebhookSecrets(hookFiles, FORGES[webhook.sender]).errors;
  const files = [...(tokenFile === null ? [] : [tokenFile]), ...hookFiles];
  return { errors, open: files.filter(isOpenToOthers) };
}
