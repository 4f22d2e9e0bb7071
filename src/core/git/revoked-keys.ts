import type { Checked, Complaint } from '../types.ts';
import { complainOfLine, readKeyText, readLines } from './key-line.ts';
import { fingerprintOf, isCertificate } from './ssh-public-key.ts';
import { MalformedError, WireReader } from './ssh-wire.ts';

const KRL_MAGIC = 'SSHKRL\n\0';
const FINGERPRINT = /^(?:hash:[ \t]*)?(SHA256:[A-Za-z0-9+/]{43})$/;

/**
 * Fingerprints of the keys that may not sign any more. A line is a public key or its `SHA256:…`, both also as in the text
 * that ssh-keygen(1) -k takes (`key: `, `hash: `). Every mistake at once: CONFIG_INVALID for any other line, for a
 * certificate, and for a binary KRL.
 */
export function parseRevokedKeys(bytes: Uint8Array, file: string): Checked<ReadonlySet<string>> {
  const text = Buffer.from(bytes).toString('utf8');
  if (text.startsWith(KRL_MAGIC)) {
    const message = 'a binary KRL is not supported; write a text file with one public key in each line';
    return { value: null, complaints: [complainOfLine(file, 1, message)] };
  }
  const complaints: Complaint[] = [];
  const fingerprints = new Set<string>();
  for (const line of readLines(text)) {
    const read = readRevoked(line.text);
    if (read.wrong === null) fingerprints.add(read.fingerprint);
    else complaints.push(complainOfLine(file, line.number, read.wrong));
  }
  return { value: complaints.length > 0 ? null : fingerprints, complaints };
}

type Read =
  | { readonly wrong: null; readonly fingerprint: string }
  | { readonly wrong: string; readonly fingerprint?: never };

/** A key of any type: one that may not sign anyway does no harm here. */
function readRevoked(text: string): Read {
  const fingerprint = FINGERPRINT.exec(text)?.[1];
  if (fingerprint !== undefined) return { wrong: null, fingerprint };
  try {
    const blob = readKeyText(text.replace(/^key:[ \t]*/, ''));
    if (blob === null) return { wrong: 'neither a public key nor its fingerprint, SHA256:…' };
    if (isCertificate(new WireReader(blob).text()))
      return { wrong: 'certificates are not supported; name the key itself' };
    return { wrong: null, fingerprint: fingerprintOf(blob) };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { wrong: `the key cannot be read: ${error.message}` };
  }
}
