import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLoosely } from '../../src/core/loose-statements.ts';
import { TARGETS } from '../../src/core/targets/index.ts';

const variable = (name: string, text: string | null) => ({ kind: 'variable', name, text });

describe('a php-fpm file that a person wrote', () => {
  test.each([
    ['in our form', 'env["A"] = "x\\"\\$"PHP_EOL"y"', [variable('A', 'x"$\ny')]],
    ['with a bare name and word', 'env[A] = by hand', [variable('A', 'by hand')]],
    ['in single quotes', "  env['A']='one two'  ", [variable('A', 'one two')]],
    ['with something special in it', 'env[A] = "${HOME}"', [variable('A', null)]],
    ['of pieces', 'env[A] = "a" "b"', [variable('A', null)]],
    ['cut off', 'env["A"] = "hunter', [variable('A', null)]],
    ['with comments and blank lines', '; x\n\nenv[A]=1\n', [variable('A', '1')]],
    ['with Windows line ends', 'env[A] = 1\r\nenv[B] = 2\r\n', [variable('A', '1'), variable('B', '2')]],
    [
      'with other settings',
      '[www]\npm = static',
      [
        { kind: 'pool', text: 'www' },
        { kind: 'other', text: 'pm = static' },
      ],
    ],
    [
      'with a revision',
      'ping.response = "pong 0123456789abcdef"',
      [{ kind: 'revision', text: 'pong 0123456789abcdef' }],
    ],
  ])('is read %s', (_how, text, statements) => {
    expect(readLoosely('php-fpm', text)).toEqual(statements);
  });
});

describe('a shell file that a person wrote', () => {
  test.each([
    ['in our form', "export A='it'\\''s'", [variable('A', "it's")]],
    ['without quotes', 'export A=edited', [variable('A', 'edited')]],
    ['without export', '  A=1 # why', [{ kind: 'other', text: 'A=1 # why' }]],
    ['of base64', 'aHVudGVyMg==', [{ kind: 'other', text: 'aHVudGVyMg==' }]],
    ['of pieces', `export A=a'b c'"d e"`, [variable('A', 'ab cd e')]],
    [
      'over several lines',
      "export A='1\nexport B=2'\nexport C=3",
      [variable('A', '1\nexport B=2'), variable('C', '3')],
    ],
    ['with comments', '#!/bin/sh\n\n  # x\nexport A=', [variable('A', '')]],
  ])('is read %s', (_how, text, statements) => {
    expect(readLoosely('shell', text)).toEqual(statements);
  });

  test.each([
    ['an open quote', "export A='1\nexport B=2\n"],
    ['a substitution', 'export A=$(cat /etc/passwd)'],
    ['a variable', 'export A="$HOME/x"'],
    ['a line that goes on', 'export A=1\\\nexport B=2'],
    ['a text behind a marker', 'cat <<END\nexport A=1\nEND'],
    ['a command', 'umask 022'],
    ['two statements on a line', 'A=1; B=2'],
    ['a word with a hash', 'A=1#2'],
  ])('is not read at all with %s', (_what, text) => {
    expect(readLoosely('shell', text)).toBeNull();
  });

  test('is read in a time that grows with its length, whatever it holds', () => {
    const text = `A=${`a'b'"c"\\'`.repeat(50_000)}!\n`;
    expect(readLoosely('shell', text)).toBeNull();
    expect(readLoosely('shell', `export A=${'a'.repeat(900_000)}\n`)).toHaveLength(1);
  });
});

test.each(['php-fpm', 'shell'] as const)('what we write for %s is read back', (target) => {
  const text = fc.string({ unit: fc.constantFrom(...`a'"\\$ \n;#=\r\té中`), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
      const lines = texts.flatMap((each) => {
        const encoded = TARGETS[target].encodeValue(each);
        return encoded.possible ? [{ each, line: TARGETS[target].encodeLine('A', encoded.text) }] : [];
      });
      const found = readLoosely(target, lines.map(({ line }) => line).join(''));
      expect(found).toEqual(lines.map(({ each }) => variable('A', each)));
    }),
  );
});
