import type { CharacterSet } from './character-set.ts';
import { hasCharacter } from './character-set.ts';
import type { PatternNode } from './parse-pattern.ts';

/** One state of the machine: consume a character, look, go one or two ways, or accept. */
type State =
  | { readonly kind: 'set'; readonly set: CharacterSet; next: number }
  | { readonly kind: 'start' | 'end'; next: number }
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'accept' };

/** `too-costly`: the value is too long for this pattern; nothing is known about it. */
export type MatchVerdict = 'matches' | 'differs' | 'too-costly';

/** Steps that a match may take, about a fifth of a second: sixty for each byte of the longest value. */
const MAX_STEPS = 8_000_000;

/** A pattern made ready for matching. */
export interface Matcher {
  /** Whether the whole text matches. Takes at most MAX_STEPS steps, whatever pattern and text are. */
  match(text: string): MatchVerdict;
}

/**
 * A machine that matches in time proportional to length times states (Thompson 1968): all states that are possible
 * after a character are followed side by side, so nothing is ever tried again.
 */
export function makeMatcher(root: PatternNode): Matcher {
  const states: State[] = [{ kind: 'accept' }];
  const first = addStates(root, 0, states);
  return { match: (text) => new Run(states).match(text, first) };
}

/** Adds the states of a node that lead to `next`, and gives the first of them. */
function addStates(node: PatternNode, next: number, states: State[]): number {
  switch (node.kind) {
    case 'set':
      return states.push({ kind: 'set', set: node.set, next }) - 1;
    case 'start':
    case 'end':
      return states.push({ kind: node.kind, next }) - 1;
    case 'sequence':
      return node.parts.reduceRight((after, part) => addStates(part, after, states), next);
    case 'choice':
      return node.parts
        .map((part) => addStates(part, next, states))
        .reduceRight((other, way) => states.push({ kind: 'split', next: way, other }) - 1);
    case 'repeat':
      return addRepeat(node, next, states);
  }
}

function addRepeat(node: PatternNode & { readonly kind: 'repeat' }, next: number, states: State[]): number {
  let first = next;
  if (node.max === null) {
    const loop: State = { kind: 'split', next: 0, other: next };
    first = states.push(loop) - 1;
    loop.next = addStates(node.part, first, states);
  } else {
    for (let count = node.min; count < node.max; count++) {
      first = states.push({ kind: 'split', next: addStates(node.part, first, states), other: next }) - 1;
    }
  }
  for (let count = 0; count < node.min; count++) first = addStates(node.part, first, states);
  return first;
}

/** One match: the states that are possible now, each at most once. */
class Run {
  readonly #states: readonly State[];
  /** For every state, the position at which it was last reached. */
  readonly #reached: Int32Array;
  #length = 0;
  #steps = 0;

  constructor(states: readonly State[]) {
    this.#states = states;
    this.#reached = new Int32Array(states.length).fill(-1);
  }

  match(text: string, first: number): MatchVerdict {
    this.#length = text.length;
    let waiting: readonly number[] = this.#reach([first], 0);
    for (let at = 0; at < text.length && waiting.length > 0; ) {
      const code = text.codePointAt(at) ?? 0;
      at += code > 0xffff ? 2 : 1;
      waiting = this.#reach(this.#consume(waiting, code), at);
      if (this.#steps > MAX_STEPS) return 'too-costly';
    }
    return this.#reached[0] === text.length ? 'matches' : 'differs';
  }

  /** The states behind those that take this character. */
  #consume(waiting: readonly number[], code: number): number[] {
    const behind: number[] = [];
    for (const index of waiting) {
      const state = this.#states[index];
      if (state?.kind !== 'set') continue;
      this.#steps += state.set.length;
      if (hasCharacter(state.set, code)) behind.push(state.next);
    }
    return behind;
  }

  /** Follows everything that consumes nothing; gives the states that wait for a character. */
  #reach(open: number[], at: number): readonly number[] {
    const waiting: number[] = [];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      const state = this.#states[index];
      if (state === undefined || this.#reached[index] === at) continue;
      this.#reached[index] = at;
      this.#steps++;
      if (state.kind === 'set') waiting.push(index);
      else if (state.kind === 'split') open.push(state.other, state.next);
      else if (state.kind === 'start' && at === 0) open.push(state.next);
      else if (state.kind === 'end' && at === this.#length) open.push(state.next);
    }
    return waiting;
  }
}
