import type { WebhookConfig } from '../config/config.ts';

/** The files with the secrets of a webhook: the one that counts first. */
export function secretFilesOf({ secretFile, previousSecretFile }: WebhookConfig): readonly string[] {
  return previousSecretFile === null ? [secretFile] : [secretFile, previousSecretFile];
}
