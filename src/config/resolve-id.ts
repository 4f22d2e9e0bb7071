import type { Resolving } from './resolving.ts';
import { wrong } from './resolving.ts';

export interface IdLookup {
  readonly word: 'user' | 'group';
  readonly fallback: number;
  readonly find: (name: string) => number | null;
}

/** The number of a user or group. A number stands for itself, whether or not this host has a name for it. */
export function resolveId(
  { written, complaints }: Resolving,
  path: string,
  { word, fallback, find }: IdLookup,
): number {
  const name = written.text(path);
  if (name === null) return fallback;
  const id = /^\d+$/.test(name) ? Number(name) : find(name);
  if (id === null) complaints.push(wrong(written.at(path), `there is no ${word} ${name} on this host`));
  return id ?? fallback;
}
