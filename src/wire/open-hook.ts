import { readWebhookSecrets } from '../adapters/webhook-secrets.ts';
import type { Config, WebhookConfig } from '../config/config.ts';
import { ReconcileError } from '../core/errors.ts';
import { refOf } from '../core/git/tracked.ts';
import { FORGES } from '../core/webhook/index.ts';
import type { Hook } from '../core/webhook/read-delivery.ts';
import type { Log } from '../ports.ts';
import type { OpenHost } from '../wire.ts';
import { secretFilesOf } from './secret-files.ts';

/**
 * What a delivery is read by: the secrets and the ref as they are at each call. One of two secret files may be missing, as in
 * the middle of a replacement, and is told to the log. Throws CONFIG_INVALID when one of them cannot be used at first,
 * with every mistake; the calls throw it when none can.
 */
export function openHook(open: () => OpenHost, webhook: WebhookConfig, log: Log): () => Hook {
  const forge = FORGES[webhook.sender];
  const paths = secretFilesOf(webhook);
  const read = () => readWebhookSecrets(paths, forge);
  const { errors } = read();
  if (errors.length > 0) throw unusable(errors);
  return () => {
    const { secrets, errors: now } = read();
    if (secrets.length === 0) throw unusable(now);
    for (const { message } of now) log.event('warning', 'webhook-secret', { why: message });
    return { forge, secrets, ref: followedRef(open().config) };
  };
}

/** A commit that is pinned has no ref that anybody could push to. */
function followedRef({ repository: { tracked } }: Config): string {
  return refOf(tracked) ?? tracked.name;
}

function unusable(errors: readonly ReconcileError[]): ReconcileError {
  return new ReconcileError('CONFIG_INVALID', errors.map(({ message }) => message).join('\n'));
}
