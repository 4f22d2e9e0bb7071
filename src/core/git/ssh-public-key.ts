import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createHash, createPublicKey } from 'node:crypto';
import { MalformedError, WireReader } from './ssh-wire.ts';

export interface SshPublicKey {
  /** As in the first word of a `.pub` file. */
  readonly type: string;
  readonly fingerprint: string;
  readonly key: KeyObject;
  /** Of a security key: sha256 of its application, which is a part of what it signs. */
  readonly application: Buffer | null;
}

type ReadKey = (reader: WireReader) => JsonWebKey;

const MIN_RSA_BITS = 2048;

/** RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4, and PROTOCOL.u2f of OpenSSH. DSA is not among them on purpose. */
const KEY_TYPES: ReadonlyMap<string, ReadKey> = new Map([
  ['ssh-ed25519', readEd25519],
  ['sk-ssh-ed25519@openssh.com', readEd25519],
  ['ssh-rsa', readRsa],
  ['ecdsa-sha2-nistp256', (reader) => readEcdsa(reader, { curve: 'nistp256', crv: 'P-256', size: 32 })],
  ['ecdsa-sha2-nistp384', (reader) => readEcdsa(reader, { curve: 'nistp384', crv: 'P-384', size: 48 })],
  ['ecdsa-sha2-nistp521', (reader) => readEcdsa(reader, { curve: 'nistp521', crv: 'P-521', size: 66 })],
  [
    'sk-ecdsa-sha2-nistp256@openssh.com',
    (reader) => readEcdsa(reader, { curve: 'nistp256', crv: 'P-256', size: 32 }),
  ],
]);

/** A public key out of the bytes that base64 stands for in a `.pub` file. Throws MalformedError for any it cannot use. */
export function parseSshPublicKey(blob: Buffer): SshPublicKey {
  const reader = new WireReader(blob);
  const type = reader.text();
  if (isCertificate(type)) throw new MalformedError('certificates are not supported; name the key itself');
  const read = KEY_TYPES.get(type);
  if (read === undefined) throw new MalformedError('its type is not supported');
  const key = importKey(read(reader));
  const application = type.startsWith('sk-') ? sha256(reader.string()) : null;
  reader.end();
  const bits = key.asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS;
  if (bits < MIN_RSA_BITS) throw new MalformedError(`it has ${bits} bits; ${MIN_RSA_BITS} are the least`);
  return { type, fingerprint: fingerprintOf(blob), key, application };
}

/** `SHA256:…` as ssh-keygen(1) -l prints it for a key that is no certificate. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${sha256(blob).toString('base64').replace(/=+$/, '')}`;
}

/** Whether a type is that of a key with the signature of an authority on it (PROTOCOL.certkeys of OpenSSH). */
export function isCertificate(type: string): boolean {
  return /-cert-v\d+@openssh\.com$/.test(type);
}

function readEd25519(reader: WireReader): JsonWebKey {
  return { kty: 'OKP', crv: 'Ed25519', x: encode(reader.string()) };
}

function readRsa(reader: WireReader): JsonWebKey {
  const e = encode(reader.positive());
  return { kty: 'RSA', e, n: encode(reader.positive()) };
}

/** A point is written whole: 4, then both coordinates (SEC 1, 2.3.3). */
function readEcdsa(
  reader: WireReader,
  { curve, crv, size }: { readonly curve: string; readonly crv: string; readonly size: number },
): JsonWebKey {
  if (reader.text() !== curve) throw new MalformedError('its curve is not that of its type');
  const point = reader.string();
  if (point.length !== 1 + 2 * size || point[0] !== 4) throw new MalformedError('its point is not whole');
  return {
    kty: 'EC',
    crv,
    x: encode(point.subarray(1, 1 + size)),
    y: encode(point.subarray(1 + size)),
  };
}

/** Also checks what is to be checked: the length of an Ed25519 key, whether a point lies on its curve. */
function importKey(key: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch (error) {
    throw new MalformedError('it is no key of its type', { cause: error });
  }
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64url');
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
