import { isDeepStrictEqual } from 'node:util';
import type { CommitState, StatusMemory } from './commit-status.ts';
import type { KnownFailure, RunMemory } from './memory.ts';
import { NOTHING_REMEMBERED } from './memory.ts';

/** All that a host remembers of what it told people and forges. */
export interface NoticeMemory {
  readonly runs: RunMemory;
  /** Null: none was posted. */
  readonly status: StatusMemory | null;
}

export const NO_NOTICES: NoticeMemory = { runs: NOTHING_REMEMBERED, status: null };

/** Whether both are the same to all that follows. */
export function isSameMemory(left: NoticeMemory, right: NoticeMemory): boolean {
  return isDeepStrictEqual(left, right);
}

/** As it is saved. */
export function formatMemory({ runs, status }: NoticeMemory): string {
  return `${JSON.stringify({ schema: 1, runs, status })}\n`;
}

/** As it was saved; nothing at all where it is damaged: what is forgotten is told once more. */
export function parseMemory(text: string): NoticeMemory {
  const saved = parseJson(text);
  if (!isMap(saved) || saved.schema !== 1 || !isRunMemory(saved.runs)) return NO_NOTICES;
  return isStatusMemory(saved.status) ? { runs: saved.runs, status: saved.status } : NO_NOTICES;
}

type Saved = Readonly<Record<string, unknown>>;

function isRunMemory(value: unknown): value is RunMemory {
  if (!isMap(value)) return false;
  const { environment, live, failures, healed } = value;
  const isTexts = isTextOrNull(environment) && isTextOrNull(live);
  return isTexts && isList(failures, isKnownFailure) && (healed === null || isHealed(healed));
}

function isKnownFailure(value: unknown): value is KnownFailure {
  if (!isMap(value)) return false;
  const { key, since, toldAt, missedAt, overAt } = value;
  return isText(key) && isTime(since) && [toldAt, missedAt, overAt].every((at) => at === null || isTime(at));
}

function isHealed(value: unknown): boolean {
  return isMap(value) && isList(value.paths, isText) && isTime(value.at);
}

const STATES: readonly CommitState[] = ['pending', 'success', 'failure'];

function isStatusMemory(value: unknown): value is StatusMemory | null {
  if (value === null) return true;
  if (!isMap(value)) return false;
  const { commit, state, description, missedAt } = value;
  const isState = STATES.some((each) => each === state);
  return isText(commit) && isState && isText(description) && (missedAt === null || isTime(missedAt));
}

function isMap(value: unknown): value is Saved {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value);
}

function isTime(value: unknown): boolean {
  return isText(value) && !Number.isNaN(Date.parse(value));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // cut off or damaged
  }
}
