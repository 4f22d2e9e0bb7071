import type { RunEvent } from '../daemon/report.ts';

/** What came of asking the daemon of this host for a run. */
export type ControlAnswer =
  /** The run that was asked for, or the one that had brought its commit moments before. */
  | { readonly kind: 'ran'; readonly event: RunEvent }
  /** The daemon waits after a failure. */
  | { readonly kind: 'waiting' }
  /** Nobody listens. */
  | { readonly kind: 'absent' }
  /** This user may not ask. */
  | { readonly kind: 'denied' }
  /** The run is not over yet. */
  | { readonly kind: 'late' }
  /** Somebody else listens there, or the daemon ended. */
  | { readonly kind: 'unclear'; readonly why: string };
