import type { Listener, Runner, Trigger } from '../ports/daemon.ts';
import type { Clock, Log } from '../ports.ts';
import type { World } from '../reconcile/world.ts';
import type { Pulse } from './pulse.ts';

/** What a daemon is made of. */
export interface DaemonWorld {
  /** The host as it is configured now. Throws CONFIG_INVALID. */
  readonly world: () => World;
  readonly runner: Runner;
  readonly triggers: readonly Trigger[];
  readonly listeners: readonly Listener[];
  readonly pulse: Pulse;
  readonly clock: Clock;
  readonly log: Log;
  /** Settles when the daemon is to end. */
  readonly ended: Promise<void>;
}
