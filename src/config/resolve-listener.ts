import { dirname } from 'node:path';
import type { Schedule } from '../core/daemon/schedule.ts';
import { OWN_PATHS } from '../core/http/own-paths.ts';
import { FORGE_NAMES } from '../core/webhook/forge.ts';
import type { ListenerConfig, WebhookConfig } from './config.ts';
import { resolveId } from './resolve-id.ts';
import type { Resolving } from './resolving.ts';
import { wrong } from './resolving.ts';

/** What the rest of the configuration says that the defaults depend on. */
export interface ListenerContext {
  readonly lock: string;
  readonly schedule: Schedule;
  readonly runMs: number;
}

const HIGHEST_PORT = 65_535;
const DAY_MS = 24 * 60 * 60_000;

/** What the daemon answers, and to whom. */
export function resolveListener(resolving: Resolving, context: ListenerContext): ListenerConfig {
  const { written } = resolving;
  const staleSeconds = written.integer('health.stale_seconds');
  return {
    tcp: resolveTcp(resolving),
    webhook: resolveWebhook(resolving),
    control: resolveControl(resolving, context.lock),
    staleMs: staleSeconds === null ? defaultStaleMs(context) : staleSeconds * 1000,
  };
}

/** Two polls may fail, the third may take its time. The gaps of a cron expression are not known here. */
function defaultStaleMs({ schedule, runMs }: ListenerContext): number {
  return schedule.kind === 'every' ? 3 * schedule.ms + runMs : DAY_MS;
}

function resolveTcp({ written, complaints }: Resolving): ListenerConfig['tcp'] {
  const port = written.integer('listen.port');
  const address = written.text('listen.address');
  if (port === null) {
    if (address !== null)
      complaints.push(wrong(written.at('listen.address'), 'listen.address needs listen.port'));
    return null;
  }
  if (port > HIGHEST_PORT)
    complaints.push(wrong(written.at('listen.port'), `listen.port is ${HIGHEST_PORT} at most, not ${port}`));
  return { address: address ?? '127.0.0.1', port };
}

function resolveWebhook({ written, complaints }: Resolving): WebhookConfig | null {
  const complain = (path: string, message: string) => complaints.push(wrong(written.at(path), message));
  const name = written.text('webhook.sender');
  if (name === null) {
    if (written.has('webhook'))
      complain('webhook', `webhook needs webhook.sender: one of ${FORGE_NAMES.join(', ')}`);
    return null;
  }
  const sender = FORGE_NAMES.find((each) => each === name);
  if (sender === undefined)
    complain(
      'webhook.sender',
      `webhook.sender must be one of ${FORGE_NAMES.join(', ')}, not ${JSON.stringify(name)}`,
    );
  const secretFile = written.text('webhook.secret_file');
  if (secretFile === null) complain('webhook.sender', 'webhook.sender needs webhook.secret_file');
  if (!written.has('listen.port')) complain('webhook.sender', 'webhook.sender needs listen.port');
  const path = written.text('webhook.path') ?? '/webhook';
  if (!/^\/[\w.~/-]*$/.test(path) || OWN_PATHS.includes(path))
    complain(
      'webhook.path',
      `webhook.path is made of letters, digits and . _ ~ - /, and is none of ${OWN_PATHS.join(' ')}`,
    );
  if (sender === undefined || secretFile === null) return null;
  return { sender, secretFile, previousSecretFile: written.text('webhook.previous_secret_file'), path };
}

function resolveControl(resolving: Resolving, lock: string): ListenerConfig['control'] {
  const { written, facts } = resolving;
  const lookup = { word: 'group', fallback: facts.gid, find: facts.gidOf } as const;
  const gid = resolveId(resolving, 'control.group', lookup);
  const socket = written.text('control.socket') ?? `${dirname(lock)}/control/socket`;
  return { socket, gid: written.has('control.group') ? gid : null };
}
