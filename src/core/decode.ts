import { complain } from './complain.ts';
import { LineMap } from './line-map.ts';
import type { Checked, Complaint } from './types.ts';

const LF = 0x0a;
const TAB = 0x09;
const CR = 0x0d;
const FIRST_PRINTABLE = 0x20;
const REPLACEMENT = 0xfffd;

/**
 * The text of a file of the repository, or what stands in the way: more than `maxBytes` (FILE_TOO_LARGE); bytes
 * that are not UTF-8 as RFC 3629 has it, a byte order mark, a carriage return, NUL or another control character
 * below U+0020 (TEXT_ENCODING). LF and TAB are the only raw controls. A byte order mark is refused and not
 * dropped: it cannot be seen, and the text would no longer be what the file holds.
 */
export function decodeText(file: string, bytes: Uint8Array, maxBytes: number): Checked<string> {
  if (bytes.length > maxBytes) {
    const size = `the file has ${bytes.length} bytes, more than the ${maxBytes} allowed`;
    return { value: null, complaints: [complain('FILE_TOO_LARGE', { file, line: 1, column: 1 }, size)] };
  }
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const complaints = [
    ...checkUtf8(file, bytes, text),
    ...checkMark(file, text),
    ...checkControls(file, text),
  ];
  return { value: complaints.length === 0 ? text : null, complaints };
}

/** Decoding put U+FFFD where bytes are wrong; one that the file itself holds has its own three bytes. */
function checkUtf8(file: string, bytes: Uint8Array, text: string): readonly Complaint[] {
  let atByte = 0;
  let atUnit = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code === REPLACEMENT && !isReplacement(bytes, atByte)) {
      const byte = (bytes[atByte] ?? 0).toString(16).padStart(2, '0');
      const message = `byte 0x${byte} is not UTF-8 here`;
      return [complain('TEXT_ENCODING', new LineMap(file, text).locate(atUnit), message)];
    }
    atByte += utf8Length(code);
    atUnit += character.length;
  }
  return [];
}

function isReplacement(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
}

function utf8Length(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

function checkMark(file: string, text: string): readonly Complaint[] {
  if (!text.startsWith('\u{feff}')) return [];
  const message = 'the file starts with a byte order mark; save it as UTF-8 without one';
  return [complain('TEXT_ENCODING', { file, line: 1, column: 1 }, message)];
}

/** One complaint for each kind of control character, at its first place, with the number of them. */
function checkControls(file: string, text: string): readonly Complaint[] {
  const found = new Map<number, { readonly first: number; readonly count: number }>();
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= FIRST_PRINTABLE || code === LF || code === TAB) continue;
    const before = found.get(code);
    found.set(code, { first: before?.first ?? at, count: (before?.count ?? 0) + 1 });
  }
  if (found.size === 0) return [];
  const map = new LineMap(file, text);
  return [...found].map(([code, { first, count }]) =>
    complain('TEXT_ENCODING', map.locate(first), describeControl(code, count)),
  );
}

function describeControl(code: number, count: number): string {
  const times = count === 1 ? '' : ` (${count} of them)`;
  if (code === CR) {
    return `carriage return${times}: save the file with LF line ends; a CR that is meant is "\\r" in double quotes`;
  }
  if (code === 0) return `NUL${times}: no environment variable can hold it`;
  const hex = code.toString(16).padStart(2, '0');
  return `raw control character U+${hex.toUpperCase().padStart(4, '0')}${times}: write "\\x${hex}" in double quotes`;
}
