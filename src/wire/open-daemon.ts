import { systemClock } from '../adapters/clock.ts';
import { collectGarbage } from '../adapters/collect-garbage.ts';
import { flockLock } from '../adapters/lock.ts';
import { processRunner } from '../adapters/runner.ts';
import { openSupervisor, withoutSupervisor } from '../adapters/systemd/open-supervisor.ts';
import { ReconcileError } from '../core/errors.ts';
import type { DaemonWorld } from '../daemon/daemon-world.ts';
import { inTurnRunner } from '../daemon/in-turn-runner.ts';
import { noticeListener } from '../daemon/notice-listener.ts';
import { Pulse } from '../daemon/pulse.ts';
import { restListener } from '../daemon/rest-listener.ts';
import { logListener } from '../daemon/tell-log.ts';
import { supervisorListener, tellEnd, tellReloads } from '../daemon/tell-supervisor.ts';
import type { Supervisor, Trigger } from '../ports/daemon.ts';
import type { Log, Release } from '../ports.ts';
import { driftTrigger } from '../triggers/drift.ts';
import { pollTrigger } from '../triggers/poll.ts';
import { pushTrigger } from '../triggers/push.ts';
import { signalTrigger, waitForEnd } from '../triggers/signal.ts';
import type { HostRequest, OpenHost } from '../wire.ts';
import { openLog } from '../wire.ts';
import { keepHost } from './keep-host.ts';
import { makeMetrics, makeTextfile } from './make-metrics.ts';
import { openListener } from './open-listener.ts';
import { tellAlways } from './open-notices.ts';

/** How long the process of the runs is kept when there is nothing to do. */
const IDLE_MS = 60_000;
/** A run ends itself at its deadline; this long after it somebody else does. */
const MARGIN_MS = 10_000;

export interface DaemonRequest extends HostRequest {
  /** Program and arguments that start this program again. */
  readonly self: readonly [string, ...string[]];
}

export interface OpenDaemon {
  readonly world: DaemonWorld;
  readonly release: Release;
}

/**
 * Builds the daemon of a host. What of the configuration shapes the daemon itself is read here and not again; what shapes a
 * run is read at each run. Throws CONFIG_INVALID, STATE_UNUSABLE, and DAEMON_BUSY where there is one already.
 */
export async function openDaemon(request: DaemonRequest): Promise<OpenDaemon> {
  const open = keepHost(request);
  const release = flockLock(`${open().config.lock}.daemon`).acquire();
  if (release === null) throw new ReconcileError('DAEMON_BUSY', 'a daemon is at work on this host already');
  try {
    return { world: await openDaemonWorld(request, open), release };
  } catch (error) {
    release();
    throw error;
  }
}

async function openDaemonWorld(request: DaemonRequest, open: () => OpenHost): Promise<DaemonWorld> {
  const host = open();
  const { config } = host;
  const log = openLog(request, config);
  const poll = await makePoll(host);
  const supervisor = openSupervisor(request.environment, log);
  const runMs = config.limits.runMs + MARGIN_MS;
  const pulse = new Pulse(2 * runMs); // a run, and another one that it waits for
  const runners = processRunner({
    command: [...request.self, 'runner', '--config', request.configPath],
    environment: withoutSupervisor(request.environment),
    deadlineMs: runMs,
    idleMs: IDLE_MS,
  });
  const runner = inTurnRunner(runners, config.limits.runMs);
  const metrics = makeMetrics(open, log);
  const listener = await openListener({ open, runner, log, metrics });
  return {
    world: () => open().world,
    runner,
    triggers: [poll, ...makeTriggers(host, { log, supervisor }), ...listener.triggers],
    listeners: [
      logListener(log),
      metrics,
      ...makeTextfile(host, metrics),
      listener.health,
      noticeListener(tellAlways(open, request.environment), log),
      supervisorListener(supervisor, pulse),
      restListener(collectGarbage),
    ],
    pulse,
    clock: systemClock,
    log,
    ended: tellEnd(supervisor, waitForEnd()),
  };
}

async function makePoll({ config: { schedule, profile } }: OpenHost): Promise<Trigger> {
  const host = profile.name;
  if (schedule.kind === 'every') return pollTrigger({ everyMs: schedule.ms, host, clock: systemClock });
  const { cronTrigger } = await import('../triggers/cron.ts');
  return cronTrigger({ ...schedule, host });
}

interface Surroundings {
  readonly log: Log;
  readonly supervisor: Supervisor;
}

function makeTriggers({ config, world }: OpenHost, { log, supervisor }: Surroundings): readonly Trigger[] {
  const paths = config.profile.destinations.map(({ path }) => path);
  const { tip } = world.identity;
  return [
    tellReloads(supervisor, signalTrigger),
    driftTrigger(paths, log),
    ...(tip === null ? [] : [pushTrigger(tip, log)]),
  ];
}
