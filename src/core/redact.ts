import { createHmac } from 'node:crypto';
import { MASK } from './value.ts';

/**
 * What people see of a secret: `*** ` and 8 hex digits, so that "changed" can be seen and no more.
 * `key` is the host's own: without it, nobody can try guesses against the digits, and two hosts show different ones.
 */
export function maskSecret(text: string, key: Uint8Array): string {
  return `${MASK} ${createHmac('sha256', key).update(text).digest('hex').slice(0, 8)}`;
}

/**
 * A text for a terminal, on one line: as it is where it shows itself, else in double quotes with escapes, so that
 * control characters, invisible ones and those that turn the direction of writing are seen and do nothing.
 */
export function showText(text: string): string {
  const isPlain =
    text !== '' && text === text.trim() && !text.startsWith('"') && !new RegExp(UNSEEN, 'u').test(text);
  return isPlain ? text : `"${text.replace(new RegExp(`[\\\\"]|${UNSEEN}`, 'gu'), escapeCharacter)}"`;
}

/** Control and format characters, line separators, and spaces other than the common one. */
const UNSEEN = '[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Co}\\p{Cn}]|(?! )\\p{Zs}';

const SHORT = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);

function escapeCharacter(character: string): string {
  return SHORT.get(character) ?? `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;
}

/** A text with its control characters as `\x1b`, the rest as it is: for words that come from others. */
export function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
