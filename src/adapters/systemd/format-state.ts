import type { Supervisor } from '../../ports/daemon.ts';
import { readMonotonicUs } from '../clock.ts';

type State = Parameters<Supervisor['tell']>[0];

/** `NAME=value` for each, sd_notify(3); a reload carries the time at which it began. No value can become a second line. */
export function formatWords(state: State): readonly string[] {
  const time = 'RELOADING' in state ? { MONOTONIC_USEC: String(readMonotonicUs()) } : {};
  return Object.entries({ ...state, ...time }).map(
    ([name, value]) => `${name}=${value.replace(/\p{Cc}/gu, ' ')}`,
  );
}

/** The same as one message. */
export function formatState(state: State): string {
  return formatWords(state).join('\n');
}
