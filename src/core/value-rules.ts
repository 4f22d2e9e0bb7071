import { complain, warn } from './complain.ts';
import type { Matcher } from './pattern/match-pattern.ts';
import { makeMatcher } from './pattern/match-pattern.ts';
import { parsePattern } from './pattern/parse-pattern.ts';
import { showNames, showValue } from './shown.ts';
import type { Complaint, Declaration, Variable, VariableType } from './types.ts';
import type { Value } from './value.ts';

/** `NAME=value` and its NUL: MAX_ARG_STRLEN of Linux (execve(2)); one byte more and no program can be started. */
const MAX_STRING_BYTES = 131_072;

/**
 * Everything that a value must hold to, all complaints at once: VALUE_IMPOSSIBLE (NUL, too long for any program),
 * VALUE_UNDECLARED_SHAPE (type, enum, pattern of its declaration), VALUE_CONTROL as a warning. The value is shown
 * shortened, a secret never.
 */
export function checkValue(variable: Variable, declaration: Declaration | undefined): readonly Complaint[] {
  const impossible = checkPossible(variable);
  if (impossible.length > 0) return impossible;
  const declared = declaration === undefined ? [] : checkDeclared(variable, declaration);
  return [...declared, ...checkControls(variable)];
}

function checkPossible({ name, value, origin }: Variable): readonly Complaint[] {
  const complaints: Complaint[] = [];
  const bytes = Buffer.byteLength(name) + Buffer.byteLength(value.reveal()) + 2;
  if (bytes > MAX_STRING_BYTES) {
    const message = `${name} is too long: "${name}=…" may have ${MAX_STRING_BYTES - 1} bytes, or no program can be started`;
    complaints.push(complain('VALUE_IMPOSSIBLE', origin.at, message));
  }
  if (value.reveal().includes('\0')) {
    complaints.push(
      complain('VALUE_IMPOSSIBLE', origin.at, `${name} holds NUL; no environment variable can`),
    );
  }
  return complaints;
}

function checkDeclared(variable: Variable, declaration: Declaration): readonly Complaint[] {
  const { name, value, origin } = variable;
  const found: string[] = [];
  if (!isOfType(value.reveal(), declaration.type)) found.push(`is no ${declaration.type}`);
  if (declaration.enum !== null && !declaration.enum.includes(value.reveal())) {
    found.push(`is none of ${showNames(declaration.enum.map((text) => JSON.stringify(text)))}`);
  }
  if (declaration.pattern !== null) found.push(...checkPattern(value, declaration));
  return found.map((what) =>
    complain('VALUE_UNDECLARED_SHAPE', origin.at, `${name}: ${showValue(value)} ${what}`),
  );
}

function checkPattern(value: Value, declaration: Declaration): readonly string[] {
  switch (matcherOf(declaration)?.match(value.reveal())) {
    case 'differs':
      return [`does not match its pattern ${declaration.pattern}`];
    case 'too-costly':
      return [`is too long for its pattern ${declaration.pattern}: matching takes too many steps`];
    default:
      return [];
  }
}

/** A declaration is checked for every host; its pattern is made ready once. */
const matchers = new WeakMap<Declaration, Matcher>();

function matcherOf(declaration: Declaration): Matcher | null {
  const known = matchers.get(declaration);
  if (known !== undefined) return known;
  const parsed = parsePattern(declaration.pattern ?? '');
  if (!parsed.ok) return null; // refused when the declaration was read
  const matcher = makeMatcher(parsed.root);
  matchers.set(declaration, matcher);
  return matcher;
}

/** Expressions without two ways to match the same text, so that a long value costs no more than its length. */
const INTEGER = /^[+-]?[0-9]+$/;
const NUMBER = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
/** The words that PHP's FILTER_VALIDATE_BOOLEAN knows. */
const BOOLEAN = /^(?:1|0|true|false|on|off|yes|no)$/i;
const ABSOLUTE_URL = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s\p{Cc}]+$/u;

function isOfType(text: string, type: VariableType): boolean {
  switch (type) {
    case 'string':
      return true;
    case 'integer':
      return INTEGER.test(text);
    case 'number':
      return NUMBER.test(text);
    case 'boolean':
      return BOOLEAN.test(text);
    case 'url':
      return ABSOLUTE_URL.test(text) && URL.canParse(text);
    case 'json':
      return isJson(text);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // the parser's message would quote the value
  }
}

/** One warning per variable: C0 but LF and TAB, DEL and C1 are carried exactly, and hardly ever meant. */
function checkControls({ name, value, origin }: Variable): readonly Complaint[] {
  const found = [...new Set(value.reveal().match(/\p{Cc}/gu))].filter(
    (character) => !'\n\t'.includes(character),
  );
  if (found.length === 0) return [];
  const points = found.map(
    (character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
  const which = value.secret ? '' : ` ${showNames(points)}`;
  return [warn('VALUE_CONTROL', origin.at, `${name} holds the control characters${which}`)];
}
