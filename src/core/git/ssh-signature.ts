import { createHash } from 'node:crypto';
import { decodeBase64 } from './base64.ts';
import { fingerprintOf } from './ssh-public-key.ts';
import { MalformedError, WireReader } from './ssh-wire.ts';

/** PROTOCOL.sshsig of OpenSSH, taken apart; nothing of it is proven. */
export interface SshSignature {
  /** Type of the key that it claims. */
  readonly keyType: string;
  /** Of the key that it claims. */
  readonly fingerprint: string;
  /** What it was made for; git's is `git`. */
  readonly namespace: string;
  readonly hash: string;
  /** Name of the algorithm and what it made. */
  readonly signature: Buffer;
}

const MAGIC = 'SSHSIG';
const VERSION = 1;
const HASHES: readonly string[] = ['sha256', 'sha512'];
/** One by an RSA key of 16,384 bits, the largest of OpenSSH, has 6 KiB. */
const MAX_CHARACTERS = 16 * 1024;
const ARMOR = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)\n-----END SSH SIGNATURE-----\n*$/;

/**
 * Reads an armored signature: one writing for each, so that no byte of it can be another one. Throws MalformedError.
 * The reserved field must be empty, which it is until OpenSSH has a use for it.
 */
export function parseSshSignature(armored: string): SshSignature {
  const text = armored.length > MAX_CHARACTERS ? undefined : ARMOR.exec(armored)?.[1];
  const bytes = decodeBase64(text?.replaceAll('\n', '') ?? '');
  if (bytes === null) throw new MalformedError('it is not armored as OpenSSH does it');
  const reader = new WireReader(bytes);
  if (reader.take(MAGIC.length).toString('latin1') !== MAGIC) throw new MalformedError('it is no SSHSIG');
  if (reader.uint32() !== VERSION) throw new MalformedError('its version is not 1');
  const key = reader.string();
  const namespace = reader.text();
  if (reader.string().length > 0) throw new MalformedError('its reserved field is not empty');
  const hash = reader.text();
  if (!HASHES.includes(hash)) throw new MalformedError('its hash is neither sha256 nor sha512');
  const signature = reader.string();
  reader.end();
  return { keyType: new WireReader(key).text(), fingerprint: fingerprintOf(key), namespace, hash, signature };
}

/** The bytes that are signed in place of a payload. */
export function wrapPayload({ namespace, hash }: SshSignature, payload: Uint8Array): Buffer {
  const digest = createHash(hash).update(payload).digest();
  const fields = [Buffer.from(namespace, 'latin1'), Buffer.alloc(0), Buffer.from(hash), digest];
  return Buffer.concat([Buffer.from(MAGIC), ...fields.flatMap((field) => [lengthOf(field), field])]);
}

function lengthOf(field: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(field.length);
  return bytes;
}
