import { systemClock } from '../adapters/clock.ts';
import { listenSocket } from '../adapters/http-server/listen-socket.ts';
import { listenTcp } from '../adapters/http-server/listen-tcp.ts';
import { HttpServer } from '../adapters/http-server/server.ts';
import type { Route } from '../core/http/exchange.ts';
import { HealthListener } from '../daemon/health-listener.ts';
import type { Metrics } from '../daemon/metrics.ts';
import { seldomLog } from '../daemon/seldom-log.ts';
import { stateRoutes } from '../daemon/state-routes.ts';
import type { Listener, Runner, Trigger } from '../ports/daemon.ts';
import type { Log } from '../ports.ts';
import { RequestTrigger } from '../triggers/request.ts';
import { WebhookTrigger } from '../triggers/webhook.ts';
import type { OpenHost } from '../wire.ts';
import { openHook } from './open-hook.ts';

export interface ListenerRequest {
  /** The host as it is configured now. Throws CONFIG_INVALID. */
  readonly open: () => OpenHost;
  readonly runner: Runner;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What answers, as parts of a daemon: it takes requests until its triggers are stopped. */
export interface OpenListener {
  readonly triggers: readonly Trigger[];
  readonly health: Listener;
}

/**
 * Listens on the control socket, and over the network where the configuration says so. Throws CONFIG_INVALID, also for a place
 * that is taken and for secrets that cannot be used.
 */
export async function openListener(request: ListenerRequest): Promise<OpenListener> {
  const { open, runner, log, metrics } = request;
  const { tcp, webhook, control, staleMs } = open().config.listener;
  const refusals = seldomLog(log, systemClock);
  const health = new HealthListener(systemClock);
  const requests = new RequestTrigger(runner);
  const hook = webhook === null ? null : { path: webhook.path, hook: openHook(open, webhook, refusals) };
  const hooks =
    hook === null
      ? []
      : [new WebhookTrigger({ ...hook, clock: systemClock, log, refusals, count: metrics.countDelivery })];
  const world = () => open().world;
  const state = stateRoutes({ world, health, staleMs, clock: systemClock, metrics: metrics.read });
  const [network, local] = [
    makeServer([...state, ...hooks.map(({ route }) => route)], log),
    makeServer([...state, ...requests.routes], log),
  ];
  if (tcp !== null) await listenTcp(network.server, tcp);
  await listenSocket(local.server, { path: control.socket, gid: control.gid });
  log.event('info', 'listening', { socket: control.socket, ...tcp });
  const servers = tcp === null ? [local] : [network, local];
  return { triggers: [requests, ...hooks, ...servers.map(closing)], health };
}

function makeServer(routes: readonly Route[], log: Log): HttpServer {
  return new HttpServer({ routes, clock: systemClock, log });
}

/** Asks for nothing by itself, and is closed with the others. */
function closing(server: HttpServer): Trigger {
  return { start: () => ({ stop: () => server.close() }) };
}
