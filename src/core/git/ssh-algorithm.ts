import { constants, createHash, verify } from 'node:crypto';
import type { SshPublicKey } from './ssh-public-key.ts';
import { MalformedError, WireReader } from './ssh-wire.ts';

/** Whether `value`, the bytes behind the name of the algorithm, signs `data`. May throw MalformedError. */
type Check = (key: SshPublicKey, data: Buffer, value: Buffer) => boolean;

interface Algorithm {
  readonly keyType: string;
  readonly check: Check;
}

/** RFC 8332 (RSA; `ssh-rsa` is the one with SHA-1), RFC 5656 3.1.2, RFC 8709 6, PROTOCOL.u2f of OpenSSH. */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ['ssh-ed25519', { keyType: 'ssh-ed25519', check: checkEd25519 }],
  ['sk-ssh-ed25519@openssh.com', { keyType: 'sk-ssh-ed25519@openssh.com', check: checkEd25519 }],
  ['rsa-sha2-256', { keyType: 'ssh-rsa', check: checkRsa('sha256') }],
  ['rsa-sha2-512', { keyType: 'ssh-rsa', check: checkRsa('sha512') }],
  ['ecdsa-sha2-nistp256', { keyType: 'ecdsa-sha2-nistp256', check: checkEcdsa('sha256', 32) }],
  ['ecdsa-sha2-nistp384', { keyType: 'ecdsa-sha2-nistp384', check: checkEcdsa('sha384', 48) }],
  ['ecdsa-sha2-nistp521', { keyType: 'ecdsa-sha2-nistp521', check: checkEcdsa('sha512', 66) }],
  [
    'sk-ecdsa-sha2-nistp256@openssh.com',
    { keyType: 'sk-ecdsa-sha2-nistp256@openssh.com', check: checkEcdsa('sha256', 32) },
  ],
]);

/**
 * Whether the signature (name of an algorithm, what it made, for a security key also flags and counter) signs the data.
 * As in git and OpenSSH, a security key need not have been touched. Throws MalformedError, also for an algorithm that
 * is not accepted for the key.
 */
export function isSignedBy(key: SshPublicKey, data: Buffer, signature: Buffer): boolean {
  const reader = new WireReader(signature);
  const name = reader.text();
  const algorithm = ALGORITHMS.get(name);
  if (algorithm?.keyType !== key.type)
    throw new MalformedError(`its algorithm ${showName(name)} is not accepted for a key of type ${key.type}`);
  const value = reader.string();
  const covered = key.application === null ? data : coverWithDevice(reader, key.application, data);
  reader.end();
  return algorithm.check(key, covered, value);
}

/** A name that came with a commit, for a message. */
export function showName(name: string): string {
  return JSON.stringify(name.replace(/[^ -~]/g, '?').slice(0, 60));
}

/** Flags and counter of the device stand between the two hashes. */
function coverWithDevice(reader: WireReader, application: Buffer, data: Buffer): Buffer {
  return Buffer.concat([application, reader.take(5), createHash('sha256').update(data).digest()]);
}

function checkEd25519({ key }: SshPublicKey, data: Buffer, value: Buffer): boolean {
  return value.length === 64 && verify(null, data, key, value);
}

/** OpenSSH puts zeros in front of one that is shorter than the modulus; some agents leave them out. */
function checkRsa(hash: string): Check {
  return ({ key }, data, value) => {
    const size = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
    if (value.length > size) return false;
    const padded = Buffer.concat([Buffer.alloc(size - value.length), value]);
    return verify(hash, data, { key, padding: constants.RSA_PKCS1_PADDING }, padded);
  };
}

function checkEcdsa(hash: string, size: number): Check {
  return ({ key }, data, value) => {
    const reader = new WireReader(value);
    const [r, s] = [reader.positive(), reader.positive()];
    reader.end();
    if (r.length > size || s.length > size) return false;
    const padded = [r, s].map((number) => Buffer.concat([Buffer.alloc(size - number.length), number]));
    return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat(padded));
  };
}
