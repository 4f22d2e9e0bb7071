import { readEndpoint } from '../adapters/notify/read-endpoint.ts';
import { isOpenToOthers, readSecretLine } from '../adapters/secret-file.ts';
import { readWebhookSecrets } from '../adapters/webhook-secrets.ts';
import type { Config } from '../config/config.ts';
import { ReconcileError } from '../core/errors.ts';
import { FORGES } from '../core/webhook/index.ts';
import { secretFilesOf } from './secret-files.ts';

/** What is wrong with the files that hold secrets of this host, and which of them everybody on it may read. */
export interface SecretFaults {
  readonly errors: readonly ReconcileError[];
  readonly open: readonly string[];
}

/** A file and what it must hold. */
interface SecretFile {
  readonly path: string;
  /** Throws CONFIG_INVALID for what cannot be used. */
  read(): unknown;
}

/** Looks at the files with secrets that a host configuration names. */
export function checkSecrets(config: Config): SecretFaults {
  const { repository, listener } = config;
  const { webhook } = listener;
  const { tokenFile } = repository.access;
  const hookFiles = webhook === null ? [] : secretFilesOf(webhook);
  const hookErrors = webhook === null ? [] : readWebhookSecrets(hookFiles, FORGES[webhook.sender]).errors;
  const told = noticeFilesOf(config);
  const paths = [...(tokenFile === null ? [] : [tokenFile]), ...hookFiles, ...told.map(({ path }) => path)];
  return { errors: [...hookErrors, ...told.flatMap(findFault)], open: paths.filter(isOpenToOthers) };
}

/** The URLs and secrets of the services that are told of runs, and the token of the forge. */
function noticeFilesOf({ notify, commitStatus }: Config): readonly SecretFile[] {
  const services = notify.channels.flatMap(({ urlFile, secretFile }): readonly SecretFile[] => [
    { path: urlFile, read: () => readEndpoint(urlFile) },
    ...(secretFile === null ? [] : [line(secretFile, 'secret')]),
  ]);
  return commitStatus === null ? services : [...services, line(commitStatus.tokenFile, 'token')];
}

function line(path: string, what: string): SecretFile {
  return { path, read: () => readSecretLine(path, what) };
}

function findFault({ read }: SecretFile): readonly ReconcileError[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ReconcileError) return [error];
    throw error;
  }
}
