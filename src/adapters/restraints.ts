import { findRestraint } from '../core/daemon/restraint.ts';
import type { ChangeWindow } from '../core/daemon/window.ts';
import type { Pauses } from '../ports/daemon.ts';
import type { Clock, Restraints } from '../ports.ts';

/** A pause of this host, else the change windows of its configuration; looked at anew at each call. */
export function hostRestraints(pauses: Pauses, windows: readonly ChangeWindow[], clock: Clock): Restraints {
  return { current: () => findRestraint(pauses.read(), windows, clock.now()) };
}
