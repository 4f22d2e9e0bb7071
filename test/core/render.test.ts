import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatComplaint } from '../../src/core/complain.ts';
import { renderFile } from '../../src/core/render.ts';
import type { RenderRequest, TargetName, Variable } from '../../src/core/types.ts';
import { Value } from '../../src/core/value.ts';

const TEMPLATES = join(import.meta.dirname, '../../config-repo-template/templates');
const PATHS = { 'php-fpm': 'juanpi_php_env.conf.liquid', shell: 'shell_env.sh.liquid' } as const;
const BOTH: readonly TargetName[] = ['php-fpm', 'shell'];

let line = 0;
function variable(name: string, text: string, targets = BOTH): Variable {
  line += 1;
  const at = { file: 'env/common.yaml', line, column: name.length + 3 };
  return { name, value: new Value(text, false), targets, origin: { layer: 'common', at }, hides: [] };
}

function request(
  target: TargetName,
  more: Partial<RenderRequest> & { readonly text?: string } = {},
): RenderRequest {
  const text = more.text ?? readFileSync(join(TEMPLATES, PATHS[target]), 'utf8');
  return {
    template: { target, path: PATHS[target], text },
    host: { name: 'web-1', environment: 'test', groups: [], labels: new Map(), addresses: [], at: null },
    variables: [variable('A', '1'), variable('B', 'l1\nl2')],
    pools: [],
    announceRevision: true,
    ...more,
  };
}

function render(target: TargetName, more: Partial<RenderRequest> & { readonly text?: string } = {}): string {
  const { value, complaints } = renderFile(request(target, more));
  return value === null ? complaints.map(formatComplaint).join('\n') : Buffer.from(value.bytes).toString();
}

const revisionOf = (more: Partial<RenderRequest> & { readonly text?: string } = {}): string =>
  /pong [0-9a-f]{16}/.exec(render('php-fpm', more))?.[0] ?? '';

describe('the templates of a new repository', () => {
  test('give php-fpm its lines without a header inside a pool', () => {
    expect(render('php-fpm').split('\n').slice(2)).toEqual([
      '',
      expect.stringMatching(/^ping\.response = "pong [0-9a-f]{16}"$/),
      'env["A"] = "1"',
      'env["B"] = "l1"PHP_EOL"l2"',
      '',
    ]);
  });

  test('repeat them below the header of each pool', () => {
    const lines = render('php-fpm', { pools: ['www', 'api'], announceRevision: false }).split('\n');
    expect(lines.filter((each) => each !== '' && !each.startsWith(';'))).toEqual([
      '[www]',
      'env["A"] = "1"',
      'env["B"] = "l1"PHP_EOL"l2"',
      '[api]',
      'env["A"] = "1"',
      'env["B"] = "l1"PHP_EOL"l2"',
    ]);
  });

  test('give the shell its exports, without headers or a revision', () => {
    expect(
      render('shell', { pools: ['www'] })
        .split('\n')
        .slice(2)
        .join('\n'),
    ).toBe("export A='1'\nexport B='l1\nl2'\n");
  });

  test('say who writes the file', () => {
    for (const target of BOTH) {
      expect(render(target)).toMatch(
        /^[;#] Environment of .* on web-1 \(test\), written by php-env-reconciler\.\n[;#] Do not edit/,
      );
    }
  });

  test('render a host without variables', () => {
    expect(render('php-fpm', { variables: [], pools: ['www'] })).toContain('[www]\nping.response');
    expect(render('shell', { variables: [] })).not.toContain('export');
  });
});

describe('a file', () => {
  test('holds the variables of its own target only', () => {
    const variables = [variable('PHP', '1', ['php-fpm']), variable('SHELL_ONLY', '$x', ['shell'])];
    expect(render('php-fpm', { variables })).not.toContain('SHELL_ONLY');
    expect(render('shell', { variables })).toContain("export SHELL_ONLY='$x'");
  });

  test('is refused with every impossible value at once, each where it was written', () => {
    line = 0;
    const variables = [
      variable('A', '$HOME'),
      variable('B', 'ok'),
      variable('C', 'x$pool'),
      variable('D', 'd'.repeat(131_070)),
    ];
    const told = render('php-fpm', { variables }).split('\n');
    expect(told.map((each) => each.slice(0, 70))).toEqual([
      'env/common.yaml:1:4: A cannot stand in the php-fpm file: it starts wit',
      'env/common.yaml:3:4: C cannot stand in the php-fpm file: it contains "',
      'env/common.yaml:4:4: D cannot stand in the php-fpm file: NAME=value is',
    ]);
  });

  test('may hold NAME=value of 131,071 bytes and no more', () => {
    expect(render('shell', { variables: [variable('A', 'é'.repeat(65_534).concat('x'))] })).toContain(
      'export',
    );
    expect(render('shell', { variables: [variable('A', 'é'.repeat(65_535))] })).toContain('VALUE_IMPOSSIBLE');
  });

  test('is refused when the template leaves a variable out or writes it twice', () => {
    expect(render('shell', { text: 'export A={{ env.A }}\n' })).toContain(
      '(rendered):1:1: B missing [GRAMMAR]',
    );
    expect(render('shell', { text: 'export A={{ env.A }}\nexport A={{ env.A }}\n' })).toContain(
      'A stands twice',
    );
  });

  test('is refused when a label ends the comment that it stands in', () => {
    const labels = new Map([['x', '\nid']]);
    const host = { ...request('shell').host, labels };
    expect(render('shell', { host, text: '# {{ host.labels.x }}\n' })).toContain('TEMPLATE_INVALID');
  });
});

describe('the revision', () => {
  const same = [variable('A', '1'), variable('B', '2')];

  test('is the same for the same content, wherever it was written', () => {
    expect(revisionOf({ variables: [variable('A', '1'), variable('B', '2')] })).toBe(
      revisionOf({ variables: same }),
    );
    expect(revisionOf()).toMatch(/^pong [0-9a-f]{16}$/);
  });

  const host = request('php-fpm').host;
  const others: readonly (readonly [string, Partial<RenderRequest> & { readonly text?: string }])[] = [
    ['a value', { variables: [variable('A', '1'), variable('B', '3')] }],
    ['a name', { variables: [variable('A', '1'), variable('C', '2')] }],
    ['where one text ends', { variables: [variable('A', '1B'), variable('B', '')] }],
    ['a pool', { pools: ['www'] }],
    ['the host', { host: { ...host, name: 'web-2' } }],
    ['the environment', { host: { ...host, environment: 'prod' } }],
  ];

  test.each(others)('differs with %s', (_what, more) => {
    expect(revisionOf({ variables: same, ...more })).not.toBe(revisionOf({ variables: same }));
  });

  test('does not depend on what leaves the bytes as they are: the other file, labels, groups, template comments', () => {
    const revision = revisionOf({ variables: same });
    expect(revisionOf({ variables: [...same, variable('S', '1', ['shell'])] })).toBe(revision);
    const relabelled = { ...host, groups: ['one'], labels: new Map([['one', '']]) };
    expect(revisionOf({ variables: same, host: relabelled })).toBe(revision);
    const { text } = request('php-fpm').template;
    expect(revisionOf({ variables: same, text: `{% comment %}new{% endcomment %}${text}` })).toBe(revision);
  });

  test('is not disturbed by a value that looks like one', () => {
    const text = 'pong 0123456789abcdef';
    expect(revisionOf({ variables: [variable('A', text)] })).not.toBe(text);
  });
});
