import { systemClock } from '../adapters/clock.ts';
import { forgeNotifier } from '../adapters/notify/forge-notifier.ts';
import { httpNotifier } from '../adapters/notify/http-notifier.ts';
import { mailNotifier } from '../adapters/notify/mail-notifier.ts';
import type { Config } from '../config/config.ts';
import { CHANNELS } from '../core/notice/channels/index.ts';
import { STATUS_FORGES } from '../core/notice/status-forge.ts';
import type { Notifiers } from '../daemon/tell-notices.ts';
import type { Environment } from '../quiet.ts';
import { readProxies } from '../wire.ts';

/** Everybody who is told of the runs of a host. */
export function makeNotifiers({ notify, commitStatus }: Config, environment: Environment): Notifiers {
  const access = { clock: systemClock, proxies: readProxies(environment) };
  const { channels, mail, caFile } = notify;
  const services = channels.map(({ name, ...files }) =>
    httpNotifier({ ...access, ...files, caFile, channel: CHANNELS[name] }),
  );
  const people = mail === null ? services : [...services, mailNotifier(mail)];
  if (commitStatus === null) return { people, forge: null };
  const { forge: name, ...repository } = commitStatus;
  return { people, forge: forgeNotifier({ ...access, ...repository, name, forge: STATUS_FORGES[name] }) };
}
