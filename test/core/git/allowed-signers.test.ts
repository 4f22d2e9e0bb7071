import { expect, test } from 'vitest';
import { formatComplaint } from '../../../src/core/complain.ts';
import { parseAllowedSigners } from '../../../src/core/git/allowed-signers.ts';
import { fields, SshKey } from '../../helpers/ssh-signature.ts';

const { line: key } = new SshKey('ssh-ed25519');
const certificate = 'ssh-ed25519-cert-v01@openssh.com';
const write = (type: string, ...rest: readonly string[]) =>
  `${type} ${fields(type, ...rest).toString('base64')}`;

function read(...lines: readonly string[]) {
  const { value, complaints } = parseAllowedSigners(Buffer.from(lines.join('\n')), '/etc/signers');
  return { signers: value, told: complaints.map(formatComplaint) };
}

test('a line names principals, options and a key', () => {
  const options = 'valid-after="20260101Z",namespaces="git,file",valid-before="202612312359UTC"';
  const { signers, told } = read('# people', '', `a@b,*@c ${options} ${key} a comment # not another one`);
  expect(told).toEqual([]);
  expect(signers).toMatchObject([
    {
      principals: 'a@b,*@c',
      namespaces: 'git,file',
      validAfter: Date.UTC(2026, 0, 1),
      validBefore: Date.UTC(2026, 11, 31, 23, 59),
      key: { type: 'ssh-ed25519' },
    },
  ]);
});

test('a date without Z is one of the time zone of the host', () => {
  const { signers } = read(`a valid-after="20260701",valid-before="20260701123456" ${key}`);
  expect(signers).toMatchObject([
    {
      validAfter: new Date(2026, 6, 1).getTime(),
      validBefore: new Date(2026, 6, 1, 12, 34, 56).getTime(),
    },
  ]);
});

test.each<[string, string]>([
  ['alice', 'there is no key'],
  ['alice ', 'there is no key'],
  [`"alice ${key}`, 'there is no key'],
  [key, 'principals are missing in front of the key'],
  [`a,,b ${key}`, 'one of the principals is empty'],
  [`alice cert-authority ${key}`, 'certificates are not supported'],
  [`alice cert-authority,namespaces="git" ${key}`, 'certificates are not supported'],
  [`alice ${write(certificate)}`, 'the key cannot be used: certificates are not supported'],
  [`alice no-pty ${key}`, 'unknown option no-pty'],
  [`alice namespaces=git ${key}`, 'neither a key nor an option like name="value"'],
  [`alice namespaces="" ${key}`, 'namespaces has no value in quotes'],
  [`alice namespaces ${key}`, 'namespaces has no value in quotes'],
  [`alice namespaces="a",namespaces="git" ${key}`, 'namespaces stands there twice'],
  [`alice namespaces="git", ${key}`, 'neither a key nor an option'],
  [`alice namespaces="git" namespaces="git" ${key}`, 'there is no key behind the options'],
  [`alice namespaces="git"`, 'there is no key'],
  [`alice valid-before="tomorrow" ${key}`, 'valid-before is no date like 20261231'],
  [`alice valid-before="20260631" ${key}`, 'valid-before is no date'],
  [`alice valid-before="20261301Z" ${key}`, 'valid-before is no date'],
  [`alice valid-before="20260101240000" ${key}`, 'valid-before is no date'],
  [`alice valid-after="2026010112Z" ${key}`, 'valid-after is no date'],
  [`alice valid-after="20270101",valid-before="20260101" ${key}`, 'valid-before is earlier than valid-after'],
  ['alice ssh-ed25519 AAAA', 'it is cut short'],
  [`alice ${key.slice(0, -3)}`, 'its base64 is damaged'],
  [`alice ${key.slice(0, 60)}`, 'the key cannot be used: it is cut short'],
  [`alice ssh-rsa ${key.split(' ')[1]}`, 'it is not of type ssh-rsa'],
  [`alice ${write('ssh-dss', 'p', 'q', 'g', 'y')}`, 'the key cannot be used: its type is not supported'],
  [`alice ${new SshKey('ssh-rsa-1024').line}`, 'it has 1024 bits; 2048 are the least'],
  [`alice ${write('ssh-ed25519', 'short')}`, 'it is no key of its type'],
  [`alice ${write('ssh-ed25519', 'x'.repeat(32), 'more')}`, 'something follows its end'],
  [`alice ${write('ecdsa-sha2-nistp256', 'nistp384', 'point')}`, 'its curve is not that of its type'],
  [`alice ${write('ecdsa-sha2-nistp256', 'nistp256', '\x02point')}`, 'its point is not whole'],
  [`alice ${write('ecdsa-sha2-nistp256', 'nistp256', `\x04${'x'.repeat(64)}`)}`, 'it is no key of its type'],
])('%j is a mistake', (line, message) => {
  const { signers, told } = read(`good ${key}`, line);
  expect(signers).toBeNull();
  expect(told).toEqual([expect.stringContaining(`/etc/signers:2:1: `)]);
  expect(told[0]).toContain(message);
});

test('all mistakes come at once, and none shows what could be a private key', () => {
  const { told } = read('a', `b ${key}`, 'c x', '-----BEGIN OPENSSH PRIVATE KEY-----', 'c2VjcmV0');
  expect(told.map((each) => each.split(': ')[0])).toEqual([1, 3, 4, 5].map((n) => `/etc/signers:${n}:1`));
  expect(told.join()).not.toContain('c2VjcmV0');
});
