import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllowedSigners } from '../../../src/core/git/allowed-signers.ts';
import { judgeSshSignature } from '../../../src/core/git/judge-ssh.ts';
import { fingerprintOf } from '../../../src/core/git/ssh-public-key.ts';
import { armor, fields, KEY_KINDS, SshKey } from '../../helpers/ssh-signature.ts';

const payload = Buffer.from('tree 1\nauthor A\n\nmessage\n');
const NOW = Date.parse('2026-06-01T12:00:00Z');
const key = new SshKey('ssh-ed25519');
const rsa = new SshKey('ssh-rsa');

/** Judges by a file of these lines. */
function judge(armored: string, lines: readonly string[], revoked: readonly string[] = []) {
  const { value, complaints } = parseAllowedSigners(Buffer.from(lines.join('\n')), 'signers');
  expect(complaints).toEqual([]);
  return judgeSshSignature(armored, payload, { signers: value ?? [], revoked: new Set(revoked), now: NOW });
}

const alice = `alice@example.com ${key.line}`;

describe('a signature is taken', () => {
  test.each(KEY_KINDS.filter((kind) => kind !== 'ssh-rsa-1024'))('of a key of type %s', (kind) => {
    const other = new SshKey(kind);
    for (
      let round = 0;
      round < 20;
      round++ // numbers of ECDSA have different lengths
    )
      expect(judge(other.sign(payload), [`bob ${other.line}`])).toBeNull();
    expect(judge(other.sign(payload, { hash: 'sha256' }), [`bob ${other.line}`])).toBeNull();
  });

  test('of a security key that nobody touched, as OpenSSH does', () => {
    const device = new SshKey('sk-ssh-ed25519@openssh.com');
    expect(judge(device.sign(payload, { flags: 0 }), [`bob ${device.line}`])).toBeNull();
  });

  test('of an RSA key over sha256', () => {
    const armored = rsa.sign(payload, { algorithm: 'rsa-sha2-256', innerHash: 'sha256' });
    expect(judge(armored, [`bob ${rsa.line}`])).toBeNull();
  });

  test('of an RSA key whose agent leaves out zeros in front', () => {
    const isShort = (bytes: Buffer) =>
      rsa.signBlob(bytes, { isShortened: true }).length < rsa.signBlob(bytes).length;
    const payloads = Array.from({ length: 5000 }, (_each, index) => Buffer.from(`payload ${index}`));
    const found = payloads.find(isShort) ?? payload;
    expect(judgeFast(rsa.sign(found, { isShortened: true }), found, [`bob ${rsa.line}`])).toBeNull();
  });

  test.each([
    ['the signer alone', alice],
    ['others as well', `bob ${new SshKey('ssh-ed25519').line}\n${alice}`],
    ['a comment, spaces and CRLF', `# people\r\n\r\n  alice\t${key.line}  alice at work\r\n`],
    ['principals in quotes', `"Alice Smith,*@example.com" ${key.line}`],
    ['its namespace', `alice namespaces="file,git" ${key.line}`],
    ['a pattern for namespaces', `alice namespaces="g?t*" ${key.line}`],
    ['a time that has come', `alice valid-after="20260601115959Z" ${key.line}`],
    ['a time that has not come', `alice valid-before="202606011201Z",NAMESPACES="git" ${key.line}`],
    ['a line that has ended and one that has not', `alice valid-before="20200101" ${key.line}\n${alice}`],
  ])('when the file has %s', (_what, text) => {
    expect(judge(key.sign(payload), [text])).toBeNull();
  });
});

describe('a signature is refused', () => {
  const fingerprint = fingerprintOf(key.blob);

  test.each([
    ['by a key that is not listed', [`bob ${rsa.line}`], `is signed with the unknown key ${fingerprint}`],
    ['with an empty list', [], 'unknown key'],
    ['before its time', [`a,b valid-after="20260602" ${key.line}`], 'signed by a,b, whose key'],
    [
      'after its time',
      [`a valid-before="20260601115959Z" ${key.line}`],
      'expired on 2026-06-01T11:59:59.000Z',
    ],
    ['for another use', [`a namespaces="file" ${key.line}`], 'is not allowed for git (namespaces="file")'],
    ['for all but git', [`a namespaces="*,!git" ${key.line}`], 'is not allowed for git'],
  ])('%s', (_what, lines, why) => {
    expect(judge(key.sign(payload), lines)).toContain(why);
  });

  test('when its key is revoked, allowed or not', () => {
    const why = `is signed with the revoked key ${fingerprint}`;
    expect(judge(key.sign(payload), [alice], [fingerprint])).toBe(why);
    expect(judge(key.sign(payload), [], [fingerprint])).toBe(why);
    expect(judge(rsa.sign(payload), [`bob ${rsa.line}`], [fingerprint])).toBeNull();
  });

  test.each([
    ['another namespace', { namespace: 'file' }, 'wrong namespace "file"'],
    ['no namespace', { namespace: '' }, 'wrong namespace ""'],
    ['another version', { version: 2 }, 'version is not 1'],
    ['something reserved', { reserved: 'x' }, 'reserved field is not empty'],
    ['a weak hash', { hash: 'sha1' }, 'neither sha256 nor sha512'],
    ['something behind it', { trailer: 'x' }, 'something follows its end'],
    ['SHA-1', { algorithm: 'ssh-rsa', innerHash: 'sha1' }, '"ssh-rsa" is not accepted'],
    ['the name of another algorithm', { algorithm: 'rsa-sha2-256' }, 'bad signature'],
    ['an algorithm for another type', { algorithm: 'ssh-ed25519' }, '"ssh-ed25519" is not accepted'],
  ])('with %s', (_what, variation, why) => {
    expect(judge(rsa.sign(payload, variation), [`bob ${rsa.line}`])).toContain(why);
  });

  test.each([0, 1, 255, 257, 2000])('that has %s bytes where an RSA key makes 256', (length) => {
    const bytes = malform(rsa, Buffer.alloc(length, 1), 'rsa-sha2-512');
    expect(judge(armor(bytes), [`bob ${rsa.line}`])).toContain('has a bad signature');
  });

  test('of another payload, as a copied one is', () => {
    const why = `has a bad signature: the key ${fingerprint} of alice@example.com did not sign this`;
    expect(judge(key.sign(Buffer.from('another')), [alice])).toBe(why);
  });

  test('when its text comes from a commit that wants to look like a log line', () => {
    const why = judge(key.sign(payload, { namespace: 'x\n\u001b[2Jgit' }), [alice]);
    expect(why).toMatch(/^[ -~]+$/);
  });
});

describe('whatever bytes come', () => {
  const keys = KEY_KINDS.filter((kind) => kind !== 'ssh-rsa-1024').map((kind) => new SshKey(kind));
  const signed = keys.map((each) => ({ each, blob: each.signBlob(payload), lines: [`a ${each.line}`] }));

  test.each(signed)('one flipped bit in any byte of $each.kind has it refused', ({ each, blob, lines }) => {
    for (let index = 0; index < blob.length; index++)
      expect(judgeFast(armor(flip(blob, index)), payload, lines)).not.toBeNull();
    for (let index = 0; index < payload.length; index++)
      expect(judgeFast(each.sign(payload), flip(payload, index), lines)).not.toBeNull();
  });

  test('each of the bits of an Ed25519 signature counts', () => {
    const blob = key.signBlob(payload);
    for (let bit = 0; bit < blob.length * 8; bit++)
      expect(judgeFast(armor(flip(blob, bit >> 3, bit & 7)), payload, [alice])).not.toBeNull();
  });

  test('a signature has one armored writing, but for line ends behind it', () => {
    const armored = key.sign(payload);
    for (let index = 0; index < armored.length - 1; index++) {
      for (const character of ' \nA=-') {
        if (armored[index] === character) continue;
        const changed = armored.slice(0, index) + character + armored.slice(index + 1);
        expect(judgeFast(changed, payload, [alice])).not.toBeNull();
      }
    }
    expect(judgeFast(`${armored}\n`, payload, [alice])).toBeNull();
    expect(judgeFast(`${armored}x`, payload, [alice])).not.toBeNull();
  });

  test('cut, lengthened and random blobs are refused and never throw', () => {
    const blob = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .uint8Array({ maxLength: 300 })
        .map((bytes) => Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01'), bytes])),
      fc
        .tuple(fc.constantFrom(...signed), fc.nat(2000), fc.uint8Array({ maxLength: 9 }))
        .map(([{ blob: whole }, at, more]) => Buffer.concat([whole.subarray(0, at % whole.length), more])),
      fc
        .tuple(fc.constantFrom(...signed), fc.uint8Array({ minLength: 1, maxLength: 9 }))
        .map(([{ blob: whole }, more]) => Buffer.concat([whole, more])),
      fc
        .tuple(fc.constantFrom(...keys), fc.uint8Array({ maxLength: 600 }), fc.option(fc.string()))
        .map(([each, inner, name]) => malform(each, inner, name ?? each.type)),
    );
    const lines = keys.map((each) => `a ${each.line}`);
    fc.assert(
      fc.property(blob, (bytes) => judgeFast(armor(bytes), payload, lines) !== null),
      {
        numRuns: 2000,
      },
    );
    fc.assert(fc.property(fc.string(), (text) => judgeFast(text, payload, lines) !== null));
  });
});

function flip(bytes: Buffer, index: number, bit = index % 8): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
  return flipped;
}

/** A well-formed envelope around a signature that is none. */
function malform(key: SshKey, inner: Uint8Array, name: string): Buffer {
  const body = fields(key.blob, 'git', '', 'sha512', fields(name, inner));
  return Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01'), body]);
}

const parsed = new Map<string, ReturnType<typeof parseAllowedSigners>>();

function judgeFast(armored: string, bytes: Uint8Array, lines: readonly string[]): string | null {
  const text = lines.join('\n');
  const file = parsed.get(text) ?? parseAllowedSigners(Buffer.from(text), 'signers');
  parsed.set(text, file);
  return judgeSshSignature(armored, bytes, { signers: file.value ?? [], revoked: new Set(), now: NOW });
}
