import { expect, test } from 'vitest';
import { judgeGpgVerdict } from '../../../src/core/git/judge-gpg.ts';

const [primary, subkey] = ['A'.repeat(40), 'B'.repeat(40)];
const id = 'A'.repeat(16);

function valid({ key = subkey, hash = '10', kind = '00', of = primary } = {}): string {
  return `VALIDSIG ${key} 2026-01-01 1767225600 0 4 0 22 ${hash} ${kind} ${of}`;
}

function judge(lines: readonly string[], exitCode: number | null = 0): string | null {
  const status = ['gpg: a warning', ...lines.map((line) => `[GNUPG:] ${line}`), ''].join('\n');
  return judgeGpgVerdict({ exitCode, status }, new Set([primary]));
}

const good = `GOODSIG ${id} Alice <alice@example.com>`;

test.each([
  ['a subkey', [good, valid()]],
  [
    'a primary key',
    ['NEWSIG', `KEY_CONSIDERED ${primary} 0`, good, valid({ key: primary }), 'TRUST_ULTIMATE 0'],
  ],
  ['SHA-256', [good, valid({ hash: '8' })]],
  ['a key with another subkey that has expired', ['KEYEXPIRED 1577836800', good, valid()]],
])('a good signature by %s is taken', (_what, lines) => {
  expect(judge(lines)).toBeNull();
});

test.each<[string, readonly string[], RegExp, number | null]>([
  ['no verdict', ['NODATA 4'], /no clear verdict/, 0],
  ['two verdicts', [good, valid(), good, valid()], /no clear verdict/, 0],
  ['a good one and a bad one', [good, valid(), `BADSIG ${id} Alice`], /no clear verdict/, 0],
  ['an exit code', [good, valid()], /does not call valid/, 1],
  ['no exit code', [good, valid()], /does not call valid/, null],
  ['good, but not valid', [good], /does not call valid/, 0],
  ['valid, but not good', [valid()], /no clear verdict/, 0],
  ['valid twice', [good, valid(), valid()], /does not call valid/, 0],
  ['a key that is not listed', [good, valid({ of: subkey })], /unknown OpenPGP key B{40}$/, 0],
  ['a line that is cut', [good, `VALIDSIG ${subkey} 2026-01-01 1767225600 0 4 0 22 10 00`], /unknown/, 0],
  ['SHA-1', [good, valid({ hash: '2' })], /weak hash/, 0],
  ['a text', [good, valid({ kind: '01' })], /as a text/, 0],
  ['EXPSIG', [`EXPSIG ${id} Alice`, valid()], /signature that has expired, by the key A{16}$/, 0],
  ['EXPKEYSIG', [`EXPKEYSIG ${id} Alice`, valid()], /the expired OpenPGP key A{16}$/, 0],
  ['REVKEYSIG', [`REVKEYSIG ${id} Alice`, valid()], /the revoked OpenPGP key A{16}$/, 0],
  ['BADSIG', [`BADSIG ${id} Alice`], /bad OpenPGP signature in the name of the key A{16}$/, 1],
  ['no key', [`ERRSIG ${id} 22 10 00 1 9 ${primary}`, `NO_PUBKEY ${id}`], /unknown OpenPGP key A{40}$/, 2],
  ['no key, by an old gpg', [`ERRSIG ${id} 22 10 00 1 9`], /unknown OpenPGP key A{16}$/, 2],
  ['an algorithm', [`ERRSIG ${id} 99 10 00 1 4 -`], /A{16} that gpg cannot check \(reason 4\)$/, 2],
])('%s is refused', (_what, lines, why, exitCode) => {
  expect(judge(lines, exitCode)).toMatch(why);
});

test('what looks like a verdict in the words of gpg is none', () => {
  const status = `gpg: x [GNUPG:] ${good}\n [GNUPG:] ${good}\n[GNUPG:]${good}\n`;
  expect(judgeGpgVerdict({ exitCode: 0, status }, new Set([primary]))).toMatch(/no clear verdict/);
});
