import { expect, test } from 'vitest';
import { formatComplaint } from '../../../src/core/complain.ts';
import { parseRevokedKeys } from '../../../src/core/git/revoked-keys.ts';
import { fingerprintOf } from '../../../src/core/git/ssh-public-key.ts';
import { fields, SshKey } from '../../helpers/ssh-signature.ts';

const keys = [new SshKey('ssh-ed25519'), new SshKey('ecdsa-sha2-nistp256'), new SshKey('ssh-rsa-1024')];
const fingerprints = keys.map(({ blob }) => fingerprintOf(blob));

function read(content: string | Uint8Array) {
  const { value, complaints } = parseRevokedKeys(Buffer.from(content as string), '/etc/revoked');
  return { revoked: value, told: complaints.map(formatComplaint) };
}

test('a list has public keys of any type, fingerprints, comments and blank lines', () => {
  const [first, second, third] = keys.map(({ line }) => line);
  const text = `# gone\n\n${first} alice\r\nkey: ${second}\n  ${third}`;
  expect(read(text)).toEqual({ revoked: new Set(fingerprints), told: [] });
  expect(read(fingerprints.map((each, index) => (index > 0 ? each : `hash: ${each}`)).join('\n'))).toEqual({
    revoked: new Set(fingerprints),
    told: [],
  });
  expect(read('')).toEqual({ revoked: new Set(), told: [] });
});

test('a binary KRL is refused with what to do', () => {
  const krl = Buffer.concat([Buffer.from('SSHKRL\n\0'), Buffer.alloc(50, 0xff)]);
  expect(read(krl).told).toEqual([
    '/etc/revoked:1:1: a binary KRL is not supported; write a text file with one public key in each line [CONFIG_INVALID]',
  ]);
});

const type = 'ssh-ed25519-cert-v01@openssh.com';
test.each([
  ['serial: 1', 'neither a public key nor its fingerprint'],
  ['SHA256:short', 'neither a public key nor its fingerprint'],
  [`${fingerprints[0]} alice`, 'neither a public key nor its fingerprint'],
  ['ssh-ed25519 AAAAx', 'its base64 is damaged'],
  ['ssh-ed25519 AAAA', 'the key cannot be read'],
  [`${type} ${fields(type).toString('base64')}`, 'certificates are not supported'],
])('%j is a mistake, told with its line', (line, message) => {
  const { revoked, told } = read(`${keys[0]?.line}\n${line}\n`);
  expect(revoked).toBeNull();
  expect(told).toEqual([expect.stringContaining('/etc/revoked:2:1: ')]);
  expect(told[0]).toContain(message);
});
