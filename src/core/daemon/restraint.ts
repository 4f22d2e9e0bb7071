import type { ChangeWindow } from './window.ts';
import { findOpening, isInside } from './window.ts';

/** What a person said: nothing is to change here for some time. Saved as JSON. */
export interface Pause {
  /** `paused`: no run does anything; `heal-only`: what was applied is kept up, and no new commit is taken. */
  readonly kind: 'paused' | 'heal-only';
  readonly reason: string;
  /** When it was said and when it ends; ISO 8601, UTC. */
  readonly since: string;
  readonly until: string;
}

/** What keeps a run from taking a new commit now. */
export interface Restraint {
  readonly kind: Pause['kind'];
  readonly reason: string;
  /** ISO 8601, UTC; null: it is not known. */
  readonly until: string | null;
}

/** No pause is longer: one that was forgotten ends by itself, and a clock that was years ahead cannot make one of years. */
export const LONGEST_PAUSE_MS = 30 * 24 * 60 * 60_000;

/** What holds now: a pause, else the time outside of all change windows; null: nothing. */
export function findRestraint(
  pause: Pause | null,
  windows: readonly ChangeWindow[],
  now: Date,
): Restraint | null {
  if (pause !== null && isRunning(pause, now)) return pause;
  if (windows.length === 0 || windows.some((window) => isInside(window, now))) return null;
  const opening = findOpening(windows, now);
  return {
    kind: 'heal-only',
    reason: 'outside of the change windows',
    until: opening?.toISOString() ?? null,
  };
}

function isRunning({ until }: Pause, now: Date): boolean {
  const leftMs = Date.parse(until) - now.getTime();
  return leftMs > 0 && leftMs <= LONGEST_PAUSE_MS;
}

/** A pause as it was saved; null: it is damaged, which is as good as none. */
export function parsePause(text: string): Pause | null {
  const found = parseJson(text);
  if (typeof found !== 'object' || found === null) return null;
  const { kind, reason, since, until } = found as Readonly<Record<string, unknown>>;
  if (kind !== 'paused' && kind !== 'heal-only') return null;
  if (typeof reason !== 'string' || !isTime(since) || !isTime(until)) return null;
  return { kind, reason, since, until };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // cut off or damaged
  }
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
