import { complain } from '../complain.ts';
import type { Complaint } from '../types.ts';
import { decodeBase64 } from './base64.ts';
import { MalformedError, WireReader } from './ssh-wire.ts';

/** A line of a file that a person keeps: its number from 1, and its text without spaces around it. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/** A public key as OpenSSH writes it: its type, base64 (of a length below 256 first, so AAAA), and perhaps a comment. */
const KEY = /^([a-z][a-z0-9@.-]+)[ \t]+(AAAA[A-Za-z0-9+/]*=*)(?:[ \t]|$)/;

/** The lines that say something: `#` begins a comment, as in all files of OpenSSH. */
export function readLines(text: string): readonly Line[] {
  const lines = text.split('\n').map((line, index) => ({ number: index + 1, text: line.trim() }));
  return lines.filter((line) => line.text !== '' && !line.text.startsWith('#'));
}

/** The bytes of a public key in OpenSSH's text form; null for a text that has not this form. Throws MalformedError. */
export function readKeyText(text: string): Buffer | null {
  const [, type, base64 = ''] = KEY.exec(text) ?? [];
  if (type === undefined) return null;
  const blob = decodeBase64(base64);
  if (blob === null) throw new MalformedError('its base64 is damaged');
  if (new WireReader(blob).text() !== type) throw new MalformedError(`it is not of type ${type}`);
  return blob;
}

/** A mistake in a line of a file that the host configuration names. */
export function complainOfLine(file: string, line: number, message: string): Complaint {
  return complain('CONFIG_INVALID', { file, line, column: 1 }, message);
}
