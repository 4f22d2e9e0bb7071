import { decodeBase64 } from './base64.ts';

const BEGIN = '-----BEGIN PGP SIGNATURE-----';
const END = '-----END PGP SIGNATURE-----';
const MAX_CHARACTERS = 64 * 1024;
const SIGNATURE_TAG = 2;

/**
 * The bytes of an armored detached signature (RFC 9580, 6.2), if they are one signature packet and nothing else; null
 * otherwise. What gpg is given can so be no message with a text of its own, and no row of signatures.
 */
export function parseOpenPgpSignature(armored: string): Buffer | null {
  if (armored.length > MAX_CHARACTERS) return null;
  const lines = armored
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
  const blank = lines.indexOf('');
  if (lines[0] !== BEGIN || lines.at(-1) !== END || blank < 0) return null;
  if (!lines.slice(1, blank).every((header) => /^[A-Za-z]+: /.test(header))) return null;
  const body = lines.slice(blank + 1, -1);
  const hasChecksum = /^=[A-Za-z0-9+/]{4}$/.test(body.at(-1) ?? '');
  const bytes = decodeBase64(body.slice(0, hasChecksum ? -1 : undefined).join(''));
  return bytes !== null && isOneSignature(bytes) ? bytes : null;
}

/** Headers of packets: RFC 9580, 4.2; a length that is not known or in parts is not used for signatures. */
function isOneSignature(bytes: Buffer): boolean {
  const [first = 0, second = 0, third = 0] = bytes;
  const isNew = (first & 0xc0) === 0xc0;
  if (!isNew && (first & 0xc0) !== 0x80) return false;
  if ((isNew ? first & 0x3f : (first >> 2) & 0x0f) !== SIGNATURE_TAG) return false;
  if (!isNew) return endsAfter(bytes, [1, 2, 4][first & 3]);
  if (second < 192) return bytes.length === 2 + second;
  if (second < 224) return bytes.length === 3 + ((second - 192) << 8) + third + 192;
  return second === 255 && bytes.length >= 6 && bytes.length === 6 + bytes.readUInt32BE(2);
}

function endsAfter(bytes: Buffer, size: number | undefined): boolean {
  if (size === undefined || bytes.length < 1 + size) return false;
  return bytes.length === 1 + size + bytes.readUIntBE(1, size);
}
