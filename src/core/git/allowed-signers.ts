import type { Checked, Complaint } from '../types.ts';
import type { Line } from './key-line.ts';
import { complainOfLine, readKeyText, readLines } from './key-line.ts';
import type { SignerOptions } from './signer-options.ts';
import { parseSignerOptions } from './signer-options.ts';
import type { SshPublicKey } from './ssh-public-key.ts';
import { parseSshPublicKey } from './ssh-public-key.ts';
import { MalformedError } from './ssh-wire.ts';

/** Who may sign, with what, and from when to when. */
export interface AllowedSigner extends SignerOptions {
  /** As written. Patterns are not matched: as in git, a key is looked up, and its principals are its name. */
  readonly principals: string;
  readonly key: SshPublicKey;
}

/** `"` around principals lets them have spaces in them. */
const FIRST_FIELD = /^(?:"([^"]+)"|([^"\s]\S*))[ \t]+(?=\S)/;
/** What ends at the first space that is not in quotes. */
const OPTIONS = /^((?:[^\s"]|"(?:\\.|[^"\\])*")+)[ \t]+(?=\S)/;

/**
 * Reads an allowed signers file (ssh-keygen(1), ALLOWED SIGNERS). Every mistake at once: CONFIG_INVALID for a line without
 * principals or key, an unknown option, a wrong date, and what is not supported: certificates and their authorities,
 * DSA, and RSA with less than 2,048 bits.
 */
export function parseAllowedSigners(bytes: Uint8Array, file: string): Checked<readonly AllowedSigner[]> {
  const complaints: Complaint[] = [];
  const signers = readLines(Buffer.from(bytes).toString('utf8')).flatMap((line) => {
    try {
      return [parseSigner(line)];
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      complaints.push(complainOfLine(file, line.number, error.message));
      return [];
    }
  });
  return { value: complaints.length > 0 ? null : signers, complaints };
}

function parseSigner({ text }: Line): AllowedSigner {
  if (readKeyText(text) !== null) throw new MalformedError('principals are missing in front of the key');
  const [first, quoted, plain] = FIRST_FIELD.exec(text) ?? [];
  const principals = quoted ?? plain;
  if (first === undefined || principals === undefined) throw new MalformedError('there is no key');
  if (principals.split(',').includes('')) throw new MalformedError('one of the principals is empty');
  const rest = text.slice(first.length);
  const plainKey = readKeyText(rest);
  if (plainKey !== null) return { principals, ...parseSignerOptions(''), key: readKey(plainKey) };
  const [all, options] = OPTIONS.exec(rest) ?? [];
  if (all === undefined || options === undefined) throw new MalformedError('there is no key');
  const read = parseSignerOptions(options);
  const blob = readKeyText(rest.slice(all.length));
  if (blob === null) throw new MalformedError('there is no key behind the options');
  return { principals, ...read, key: readKey(blob) };
}

function readKey(blob: Buffer): SshPublicKey {
  try {
    return parseSshPublicKey(blob);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new MalformedError(`the key cannot be used: ${error.message}`, { cause: error });
  }
}
