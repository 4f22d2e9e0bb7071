import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAddress } from '../../../src/core/notice/address.ts';
import { composeMail } from '../../../src/core/notice/mail.ts';
import type { Notice } from '../../../src/core/notice/notice.ts';
import { readMail } from '../../helpers/mail-message.ts';
import { NOTICE } from '../../helpers/run-reports.ts';

const compose = (
  notice: Partial<Notice> = {},
  to: readonly string[] = ['ops@example.org'],
  from: string | null = null,
) => composeMail({ ...NOTICE, ...notice }, { to, from });

test('a message has the headers that it needs', () => {
  const { headers, text } = readMail(compose({}, ['ops@example.org', 'root'], 'env@example.org'));
  expect(Object.fromEntries(headers)).toEqual({
    From: 'env@example.org',
    To: 'ops@example.org, root',
    Subject: '[php-env-reconciler] php-143-117 (func-01) failed: YAML_SYNTAX',
    Date: 'Fri, 02 Jan 2026 03:04:05 +0000',
    'Message-ID': expect.stringMatching(/^<[0-9a-f]{32}@php-143-117>$/),
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Transfer-Encoding': '7bit',
    'Auto-Submitted': 'auto-generated',
  });
  expect(text).toMatch(/^\[php-env-reconciler\] .*\n\nhost: php-143-117\n[\s\S]*\ntime: .*\n$/);
});

test('without `from`, sendmail puts in its own', () => {
  expect(compose()).not.toMatch(/^From:/m);
});

describe('Chinese and everything else', () => {
  test('arrives as it was, in a subject of encoded words', () => {
    const message = compose({ host: '主机-北京-一百四十三', environment: '回归测试' });
    expect(message).toMatch(/^[\n\x20-\x7e]*$/);
    const { headers, text } = readMail(message);
    const subject = '[php-env-reconciler] 主机-北京-一百四十三 (回归测试) failed: YAML_SYNTAX';
    expect(headers.get('Subject')).toBe(subject);
    expect(headers.get('Content-Transfer-Encoding')).toBe('base64');
    expect(text).toContain('host: 主机-北京-一百四十三\n');
  });

  test('keeps every line within the limits of mail', () => {
    const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(names, names, (host, file) => {
        const message = compose({ host, places: [{ file, line: 1, column: 1 }] });
        const [head = '', body = ''] = message.split('\n\n');
        expect(message).toMatch(/^[\n\x20-\x7e]*$/);
        expect(Math.max(...body.split('\n').map((line) => line.length))).toBeLessThanOrEqual(998);
        for (const word of head.match(/=\?UTF-8\?B\?[^?]*\?=/g) ?? []) {
          expect(word.length).toBeLessThanOrEqual(75);
          const bytes = Buffer.from(word.slice(10, -2), 'base64');
          expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).not.toThrow();
        }
        expect(head.split('\n').every((line) => /^([\w-]+: | =\?|\s)/.test(line))).toBe(true);
      }),
    );
  });
});

test.each([
  ['root', true],
  ['ops@example.org', true],
  ["o'hara+env@sub.example.org", true],
  ['-oQ/tmp/x', false],
  ['a@b, c@d', false],
  ['a b@example.org', false],
  ['Ops <ops@example.org>', false],
  ['a@example.org\nBcc: x@example.org', false],
  ['a@-x', false],
  ['', false],
])('%j is an address: %s', (text, expected) => {
  expect(isAddress(text)).toBe(expected);
});
