/** What templates compare with: both sides are a text, a number, a truth value, null or a list. */
export type Comparison = (left: unknown, right: unknown) => boolean;

/** Every operator with two sides that a template has. */
export const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': isSame,
  '!=': (left, right) => !isSame(left, right),
  '>': (left, right) => toNumber(left) > toNumber(right),
  '<': (left, right) => toNumber(left) < toNumber(right),
  '>=': (left, right) => toNumber(left) >= toNumber(right),
  '<=': (left, right) => toNumber(left) <= toNumber(right),
  contains,
  and: (left, right) => isTrue(left) && isTrue(right),
  or: (left, right) => isTrue(left) || isTrue(right),
};

/** Only `false` and nothing are not true, as everywhere in Liquid. */
export function isTrue(value: unknown): boolean {
  return value !== false && value !== null && value !== undefined;
}

/** The filter `default`: the other text where there is none. */
export function useDefault(value: unknown, ...others: readonly unknown[]): unknown {
  if (others.length !== 1) {
    throw new Error('"default" takes one argument');
  }
  return isTrue(value) && value !== '' ? value : others[0];
}

/** The filter `join`, for lists of texts only; its separator is short, so that no text grows by doubling. */
export function joinTexts(list: unknown, ...[separator = ' ', ...more]: readonly unknown[]): string {
  const isText = (part: unknown): part is string => typeof part === 'string';
  const isSeparator = isText(separator) && separator.length <= SEPARATOR_LIMIT && more.length === 0;
  if (!Array.isArray(list) || !list.every(isText) || !isSeparator) {
    throw new Error(`"join" takes a list of texts and a separator of at most ${SEPARATOR_LIMIT} characters`);
  }
  return list.join(separator);
}

const SEPARATOR_LIMIT = 16;

/** An empty list is `empty`; lists are not compared with each other. */
function isSame(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) || Array.isArray(right)) {
    return isEmpty(left) && isEmpty(right);
  }
  return (left ?? null) === (right ?? null);
}

function isEmpty(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}

/** A text in a text, or a text in a list of texts such as `host.groups`. */
function contains(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'string' || part.length > PART_LIMIT) {
    throw new Error(`"contains" looks for a text of at most ${PART_LIMIT} characters`);
  }
  return (typeof whole === 'string' || Array.isArray(whole)) && whole.includes(part);
}

const PART_LIMIT = 200;

function toNumber(value: unknown): number {
  if (typeof value !== 'number') {
    throw new Error('< and > compare numbers only');
  }
  return value;
}
