import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffFiles } from '../../src/core/diff.ts';
import { maskSecret, showText } from '../../src/core/redact.ts';

const key = Buffer.alloc(32, 7);
const bytes = (text: string | null): Uint8Array | null => (text === null ? null : Buffer.from(text));
const diff = (
  before: string | null,
  after: string | null,
  secrets: readonly string[] = [],
): readonly string[] =>
  diffFiles({ target: 'shell', before: bytes(before), after: bytes(after), secrets, key });

describe('a difference', () => {
  test.each([
    ['nothing where the files are equal', "export A='1'\n", "export A='1'\n", []],
    ['what is new', "export A='1'\n", "export A='1'\nexport B='2'\n", ['+ B = 2']],
    ['what goes', "export A='1'\nexport B='2'\n", "export B='2'\n", ['- A = 1']],
    ['what changes, old before new', "export A='1'\n", "export A='2'\n", ['- A = 1', '+ A = 2']],
    ['a file that was not there', null, "export A='1'\n", ['+ A = 1']],
    ['a file that goes', "export A='1'\n", null, ['- A = 1']],
    ['that only a comment differs', '# a\n', '# b\n', ['  only comments or blank lines differ']],
  ])('shows %s', (_what, before, after, lines) => {
    expect(diff(before, after)).toEqual(lines);
  });

  test('shows headers and the revision of a php-fpm file', () => {
    const file = (revision: string) =>
      Buffer.from(`[www]\nping.response = "pong ${revision}"\nenv["A"] = "1"\n`);
    const [before, after] = [file('0'.repeat(16)), file('1'.repeat(16))];
    expect(diffFiles({ target: 'php-fpm', before, after, secrets: [], key })).toEqual([
      '- ping.response = pong 0000000000000000',
      '+ ping.response = pong 1111111111111111',
    ]);
  });

  test('shows of a secret that it changes, and no more', () => {
    const lines = diff("export A='hunter1'\nexport B='same'\n", "export A='hunter2'\nexport B='same'\n", [
      'A',
      'B',
    ]);
    expect(lines).toEqual([`- A = ${maskSecret('hunter1', key)}`, `+ A = ${maskSecret('hunter2', key)}`]);
    expect(lines.join()).not.toContain('hunter');
  });

  test('shows of a file that is not ours only names and how many other lines it has', () => {
    const foreign = "export A=hunter2\nTOKEN=hunter3\n  export OLD='x'\nid -u hunter4\n\n";
    expect(diff(foreign, "export A='1'\nexport B='2'\n")).toEqual([
      '- OLD (value not shown)',
      '~ A = 1',
      '+ B = 2',
      '  2 lines that are not ours',
    ]);
    expect(diff('export KEY="x\naHVudGVyMg==\n"\n', null).join()).not.toContain('aHVudGVyMg');
    expect(diff('\u0000\u00ff\n\n', null)).toEqual(['  1 line that is not ours']);
  });

  test('never has a control character or a byte of an unknown file', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (before) => {
        for (const line of diffFiles({ target: 'php-fpm', before, after: null, secrets: [], key })) {
          expect(line).toMatch(/^ {2}(?:only comments|\d+ lines? that (?:is|are) not ours)|^- [A-Za-z_]\w*/);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });
});

describe('a text on a terminal', () => {
  test.each([
    ['plain text', 'a b é 中 $x \\n', 'a b é 中 $x \\n'],
    ['nothing', '', '""'],
    ['blanks at its ends', ' a', '" a"'],
    ['quotes at its start', '"a"', '"\\"a\\""'],
    ['a line end', 'a\nb\\', '"a\\nb\\\\"'],
    ['a control sequence', '\u001b[2J', '"\\u{1b}[2J"'],
    ['C1 controls', '\u009b2J', '"\\u{9b}2J"'],
    ['a change of direction', 'a\u202eb', '"a\\u{202e}b"'],
    ['an invisible character', 'a\u200bb', '"a\\u{200b}b"'],
    ['a space that is none', 'a\u00a0b', '"a\\u{a0}b"'],
  ])('shows %s', (_what, text, shown) => {
    expect(showText(text)).toBe(shown);
  });

  test('differs where the texts differ', () => {
    const piece = fc.constantFrom('\\', '"', 'n', '\n', ' ', 'a', '\u001b', '\\n');
    const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(showText(one) === showText(other)).toBe(one === other);
      }),
    );
  });
});

test('a secret is marked with eight digits that only this host can make', () => {
  expect(maskSecret('x', key)).toMatch(/^\*\*\* [0-9a-f]{8}$/);
  expect(maskSecret('x', key)).toBe(maskSecret('x', key));
  expect(maskSecret('x', key)).not.toBe(maskSecret('y', key));
  expect(maskSecret('x', key)).not.toBe(maskSecret('x', Buffer.alloc(32, 8)));
});
