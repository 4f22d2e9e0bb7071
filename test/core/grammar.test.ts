import { describe, expect, test } from 'vitest';
import { formatComplaint } from '../../src/core/complain.ts';
import { checkGrammar, parseFile } from '../../src/core/grammar.ts';
import type { TargetName } from '../../src/core/types.ts';

function parse(target: TargetName, text: string | Uint8Array): readonly string[] {
  return parseFile(target, Buffer.from(text as string), 'f').complaints.map(formatComplaint);
}

describe('a php-fpm file', () => {
  test('holds comments, blank lines, variables, headers and the revision', () => {
    const text = [
      '; "a comment, it\'s ${harmless} $pool [x]\t中',
      ' \t',
      '[www]',
      'ping.response = "pong 0123456789abcdef"',
      'env["A"] = "1"',
      'env["B"] = "$"',
      '[api_2.x-y]',
      'ping.response = "pong 0123456789abcdef"',
      'env["B"] = "$"',
      'env["A"] = "1"',
      '',
    ].join('\n');
    const { value, complaints } = parseFile('php-fpm', Buffer.from(text), 'f');
    expect(complaints).toEqual([]);
    expect(value).toEqual({
      variables: new Map([
        ['A', '1'],
        ['B', ''],
      ]),
      pools: ['www', 'api_2.x-y'],
      revision: 'pong 0123456789abcdef',
    });
  });

  test('may hold nothing at all', () => {
    expect(parseFile('php-fpm', Buffer.from(''), 'f').value?.variables.size).toBe(0);
  });

  const other = 'this line is neither blank, a `;` comment, nor `env["NAME"] = "value"`';
  test.each([
    ['another directive', 'listen = /x\n', `f:1:1: ${other}`],
    ['an include', '\ninclude = /etc/passwd\n', `f:2:1: ${other}`],
    ['an ini setting', 'php_admin_value[auto_prepend_file] = /x\n', `f:1:1: ${other}`],
    ['a key without quotes', 'env[A] = "1"\n', `f:1:1: ${other}`],
    ['a key in single quotes', 'env[\'A\'] = "1"\n', `f:1:1: ${other}`],
    ['a name with a dot', 'env["A.B"] = "1"\n', `f:1:1: ${other}`],
    ['no blanks around the sign', 'env["A"]="1"\n', `f:1:1: ${other}`],
    ['a shell line', "export A='1'\n", `f:1:1: ${other}`],
    ['an indented line', ' env["A"] = "1"\n', `f:1:1: ${other}`],
    ['an indented comment', ' ; x\n', `f:1:1: ${other}`],
    ['the global section', '[global]\n', `f:1:1: ${other}`],
    ['the global section in capitals', '[GLOBAL]\n', `f:1:1: ${other}`],
    ['a header that php-fpm expands', '[${HOME}]\n', `f:1:1: ${other}`],
    ['a header with a comment', '[www] ; x\n', `f:1:1: ${other}`],
    ['a ping.response of its own', 'ping.response = "pong"\n', `f:1:1: ${other}`],
    ['a hash comment', '# x\n', `f:1:1: ${other}`],
    ['a byte order mark', '\ufeff; x\n', `f:1:1: ${other}`],
    [
      'a CR at a line end',
      '; x\r\nenv["A"] = "1"\n',
      'f:1:4: a comment may not hold the control character U+000D',
    ],
    [
      'a statement behind a CR',
      '; x\renv["A"] = "1"\n',
      'f:1:4: a comment may not hold the control character U+000D',
    ],
    ['a NUL', '; x\0\n', 'f:1:4: a comment may not hold the control character U+0000'],
    ['an escape character', ';\u001b[2J\n', 'f:1:2: a comment may not hold the control character U+001B'],
    ['a vertical tab', '\u000b\n', `f:1:1: ${other}`],
    ['a line cut short', 'env["A"] = "1"', 'f:1:15: the last line has no line end'],
    ['a comment cut short', 'env["A"] = "1"\n; x', 'f:2:4: the last line has no line end'],
    [
      'a name twice',
      'env["A"] = "1"\nenv["A"] = "1"\n',
      'f:2:1: A stands twice, first in line 1; php-fpm would take the first, a shell the last',
    ],
    ['a header twice', '[www]\n[WWW]\n', 'f:2:1: the header [WWW] stands twice'],
    [
      'a line above the headers',
      'env["A"] = "1"\n[www]\nenv["A"] = "1"\n',
      'f:2:1: something stands above the first header; php-fpm would give it to another pool',
    ],
    [
      'sections that differ',
      '[a]\nenv["A"] = "1"\n[b]\nenv["A"] = "2"\n',
      'f:4:1: the value of A below [b] differs from byte 1 on (1 bytes instead of 1)',
    ],
    ['a section without a variable', '[a]\nenv["A"] = "1"\n[b]\n', 'f:3:1: A missing below [b]'],
    [
      'a revision in one section only',
      '[a]\nping.response = "pong 0123456789abcdef"\n[b]\n',
      'f:3:1: ping.response is not the same in every section',
    ],
  ])('may not hold %s', (_what, text, complaint) => {
    expect(parse('php-fpm', text)).toEqual([`${complaint} [GRAMMAR]`]);
  });

  const quoting =
    'f:1:1: the value of A is not written in the one quoting: use {{ variable.value }} as it is [GRAMMAR]';
  test.each([
    '1',
    "'1'",
    '""',
    '"a" "b"',
    '"a""b"',
    '"a"PHP_EOL',
    'PHP_EOL"a"',
    '"a$b"',
    '"\\$HOME"',
    '"\\a"',
    '"a" ; x',
    '"a"\r',
    '"a\\"\rb"',
    '"a" PHP_EOL "b"',
    '"${X}"',
    '"x\\$pool"',
    '"a',
    '"a\\"',
  ])('refuses the spelling %j', (raw) => {
    expect(parse('php-fpm', `env["A"] = ${raw}\n`)).toEqual([quoting]);
  });

  test('that is not UTF-8 is refused', () => {
    expect(parse('php-fpm', Buffer.from([0x3b, 0xff, 0x0a]))).toEqual([
      'f:1:1: the file is not UTF-8 [GRAMMAR]',
    ]);
  });
});

describe('a shell file', () => {
  test('holds comments, blank lines and exports, over several lines too', () => {
    const { value } = parseFile(
      'shell',
      Buffer.from("# $(x) `y` !z\n\nexport A='1\n# 2'\nexport B='it'\\''s'\n"),
      'f',
    );
    expect(value?.variables).toEqual(
      new Map([
        ['A', '1\n# 2'],
        ['B', "it's"],
      ]),
    );
  });

  const other =
    "f:1:1: this line is neither blank, a `#` comment, nor `export NAME='value'` in the one quoting [GRAMMAR]";
  test.each([
    'export A=1\n',
    'export A="1"\n',
    "A='1'\n",
    "export A='1' B='2'\n",
    "export A='1'; id\n",
    "export A='1'$(id)\n",
    "export A='1''2'\n",
    "export A='1'\\'\n",
    "export A='1' # x\n",
    "export  A='1'\n",
    "export A.B='1'\n",
    "export A='1'\r\n",
    'id\n',
    "alias ls='rm'\n",
    ' # x\n',
    "export A='1\n",
  ])('may not hold %j', (text) => {
    expect(parse('shell', text)).toEqual([other]);
  });

  test('tells the line behind a value of several lines', () => {
    expect(parse('shell', "export A='1\n2\n3'\nid\n")[0]).toMatch(/^f:4:1: /);
  });
});

describe('what was rendered', () => {
  const expected = {
    variables: new Map([
      ['A', '1'],
      ['TOKEN', 'correct horse battery staple'],
    ]),
    pools: [],
    revision: 'pong 0123456789abcdef',
  };
  const template = { target: 'php-fpm', path: 't.liquid', text: 'listen = 1\n{{ variable.value }}' } as const;
  const check = (text: string, more = {}): readonly string[] =>
    checkGrammar(Buffer.from(text), { ...expected, ...more }, template).map(formatComplaint);
  const right = 'env["A"] = "1"\nenv["TOKEN"] = "correct horse battery staple"\n';

  test('is right with its variables, in any order, with or without the revision', () => {
    expect(check(right)).toEqual([]);
    expect(check(right.split('\n').reverse().slice(1).join('\n').concat('\n'))).toEqual([]);
    expect(check(`ping.response = "pong 0123456789abcdef"\n${right}`)).toEqual([]);
  });

  test('tells every difference at once, and no byte of a value', () => {
    expect(
      check('env["TOKEN"] = "correct horse"\nenv["C"] = "secret"\nping.response = "pong 0000000000000000"\n'),
    ).toEqual([
      't.liquid (rendered):1:1: the value of TOKEN differs from byte 14 on (13 bytes instead of 28) [GRAMMAR]',
      't.liquid (rendered):2:1: C is no variable of this file [GRAMMAR]',
      't.liquid (rendered):1:1: A missing [GRAMMAR]',
      't.liquid (rendered):3:1: ping.response is not "pong 0123456789abcdef"; write {{ revision }} as it is [GRAMMAR]',
    ]);
  });

  test('has no revision where none is announced', () => {
    const text = `ping.response = "pong 0123456789abcdef"\n${right}`;
    expect(check(text, { revision: null })).toEqual([
      't.liquid (rendered):1:1: ping.response may not stand here; write {{ revision }} as it is [GRAMMAR]',
    ]);
  });

  test('has exactly the headers of the host, in their order', () => {
    const pools = ['www', 'api'];
    expect(check(`[www]\n${right}[api]\n${right}`, { pools })).toEqual([]);
    for (const headers of [[], ['www'], ['api', 'www'], ['www', 'api', 'x']]) {
      const text = headers.length === 0 ? right : headers.map((pool) => `[${pool}]\n${right}`).join('');
      expect(check(text, { pools })[0]).toMatch(
        /and the host's configuration lists \[www\] \[api\] \[GRAMMAR\]$/,
      );
    }
  });

  test('is wrong when a section leaves a variable out', () => {
    expect(check(`[www]\n${right}[api]\nenv["A"] = "1"\n`, { pools: ['www', 'api'] })).toEqual([
      't.liquid (rendered):4:1: TOKEN missing below [api] [GRAMMAR]',
    ]);
  });

  test('is quoted only where the template itself says it', () => {
    expect(check('listen = 1\n')[0]).toContain('; it begins with "listen"');
    expect(check('hunter2 = 1\n')[0]).not.toContain('hunter2');
  });
});
