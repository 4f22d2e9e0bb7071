import type { KeyObject } from 'node:crypto';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

/** How one type of key is written and signs. `hash` is null for Ed25519, which has its own. */
interface Kind {
  readonly make: () => { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly algorithm: string;
  readonly hash: string | null;
}

const ec = (namedCurve: string) => () => generateKeyPairSync('ec', { namedCurve });
const rsa = (modulusLength: number) => () => generateKeyPairSync('rsa', { modulusLength });
const ed25519 = () => generateKeyPairSync('ed25519');

const KINDS = {
  'ssh-ed25519': { make: ed25519, algorithm: 'ssh-ed25519', hash: null },
  'ssh-rsa': { make: rsa(2048), algorithm: 'rsa-sha2-512', hash: 'sha512' },
  'ssh-rsa-1024': { make: rsa(1024), algorithm: 'rsa-sha2-512', hash: 'sha512' },
  'ecdsa-sha2-nistp256': { make: ec('P-256'), algorithm: 'ecdsa-sha2-nistp256', hash: 'sha256' },
  'ecdsa-sha2-nistp384': { make: ec('P-384'), algorithm: 'ecdsa-sha2-nistp384', hash: 'sha384' },
  'ecdsa-sha2-nistp521': { make: ec('P-521'), algorithm: 'ecdsa-sha2-nistp521', hash: 'sha512' },
  'sk-ssh-ed25519@openssh.com': { make: ed25519, algorithm: 'sk-ssh-ed25519@openssh.com', hash: null },
  'sk-ecdsa-sha2-nistp256@openssh.com': {
    make: ec('P-256'),
    algorithm: 'sk-ecdsa-sha2-nistp256@openssh.com',
    hash: 'sha256',
  },
} as const satisfies Record<string, Kind>;

export type KeyKind = keyof typeof KINDS;
export const KEY_KINDS = Object.keys(KINDS) as readonly KeyKind[];

/** What a signature says other than it should. */
export interface Variation {
  readonly version?: number;
  readonly namespace?: string;
  readonly reserved?: string;
  readonly hash?: string;
  readonly algorithm?: string;
  /** The hash of the inner signature. */
  readonly innerHash?: string;
  /** Of a security key; 1, the default: somebody touched it. */
  readonly flags?: number;
  /** What follows the signature within its field. */
  readonly trailer?: string;
  /** Leaves out zeros in front of an RSA signature, as some agents do. */
  readonly isShortened?: boolean;
}

/** A key made by node:crypto that signs as ssh-keygen -Y sign does, and in ways in which ssh-keygen never would. */
export class SshKey {
  readonly kind: KeyKind;
  readonly blob: Buffer;
  readonly #private: KeyObject;

  constructor(kind: KeyKind) {
    this.kind = kind;
    const { publicKey, privateKey } = KINDS[kind].make();
    this.#private = privateKey;
    this.blob = writeKey(this.type, publicKey);
  }

  get type(): string {
    return this.kind.replace(/-1024$/, '');
  }

  /** As in a `.pub` file, without a comment. */
  get line(): string {
    return `${this.type} ${this.blob.toString('base64')}`;
  }

  sign(payload: Uint8Array, variation: Variation = {}): string {
    return armor(this.signBlob(payload, variation));
  }

  signBlob(payload: Uint8Array, variation: Variation = {}): Buffer {
    const { version = 1, namespace = 'git', reserved = '', hash = 'sha512' } = variation;
    const digest = createHash(hash).update(payload).digest();
    const data = Buffer.concat([Buffer.from('SSHSIG'), fields(namespace, '', hash, digest)]);
    const body = fields(this.blob, namespace, reserved, hash, this.#signData(data, variation));
    return Buffer.concat([Buffer.from('SSHSIG'), uint32(version), body]);
  }

  #signData(data: Buffer, variation: Variation): Buffer {
    const { algorithm, hash } = KINDS[this.kind];
    const name = variation.algorithm ?? algorithm;
    const device = this.type.startsWith('sk-')
      ? Buffer.from([variation.flags ?? 1, 0, 0, 0, 7])
      : Buffer.alloc(0);
    const covered = device.length === 0 ? data : Buffer.concat([sha256('ssh:'), device, sha256(data)]);
    const made = sign(variation.innerHash ?? hash, covered, {
      key: this.#private,
      dsaEncoding: 'ieee-p1363',
    });
    const isEc = this.#private.asymmetricKeyType === 'ec';
    const half = made.length / 2;
    const whole = isEc ? fields(mpint(made.subarray(0, half)), mpint(made.subarray(half))) : made;
    const value = variation.isShortened ? whole.subarray(whole.findIndex((byte) => byte !== 0)) : whole;
    return Buffer.concat([fields(name, value), device, Buffer.from(variation.trailer ?? '')]);
  }
}

export function armor(blob: Uint8Array): string {
  const lines = Buffer.from(blob)
    .toString('base64')
    .replace(/.{70}(?=.)/g, '$&\n');
  return `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`;
}

/** `string` of RFC 4251, one after the other. */
export function fields(...values: readonly (string | Uint8Array)[]): Buffer {
  const all = values.map((value) => Buffer.from(value as string));
  return Buffer.concat(all.flatMap((value) => [uint32(value.length), value]));
}

function writeKey(type: string, key: KeyObject): Buffer {
  const { x = '', y = '', n = '', e = '' } = key.export({ format: 'jwk' }) as Record<string, string>;
  const decode = (text: string) => Buffer.from(text, 'base64url');
  const application = type.startsWith('sk-') ? fields('ssh:') : Buffer.alloc(0);
  if (type === 'ssh-rsa') return fields(type, mpint(decode(e)), mpint(decode(n)));
  if (y === '') return Buffer.concat([fields(type, decode(x)), application]);
  const curve = /nistp\d+/.exec(type)?.[0] ?? '';
  const point = Buffer.concat([Buffer.from([4]), decode(x), decode(y)]);
  return Buffer.concat([fields(type, curve, point), application]);
}

function mpint(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.subarray(start);
  return (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), short]) : short;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
