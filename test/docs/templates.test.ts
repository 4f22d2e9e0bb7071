import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderFile } from '../../src/core/render.ts';
import { checkTemplate } from '../../src/core/template.ts';
import type { Host, TargetName, Variable } from '../../src/core/types.ts';
import { Value } from '../../src/core/value.ts';
import { readCodeWords, readFencedBlocks, readTable } from './markdown.ts';

const page = readFileSync(new URL('../../docs/templates.md', import.meta.url), 'utf8');
const examples = readFencedBlocks(page).filter(({ language }) => language === 'liquid');

const host: Host = {
  name: 'php-143-117',
  environment: 'func-01',
  groups: ['functional', 'canary'],
  labels: new Map(),
  addresses: [],
  at: null,
};

const variables: readonly Variable[] = [
  ['EMPTY', ''],
  ['QUOTES', `a'b"c\\d$e`],
  ['SITE_NAME', '卷皮\n特卖'],
].map(([name = '', text = '']) => ({
  name,
  value: new Value(text, false),
  targets: ['php-fpm', 'shell'],
  origin: { layer: 'common', at: { file: 'env/common.yaml', line: 1, column: 1 } },
  hides: [],
}));

/** What the template gives on the page's host, or the codes of what is wrong with it. */
function render(
  path: string,
  text: string,
): { readonly file: string | null; readonly codes: readonly string[] } {
  const target: TargetName = path.endsWith('.sh.liquid') ? 'shell' : 'php-fpm';
  const template = { target, path, text };
  const { value, complaints } = renderFile({ template, host, variables, pools: [], announceRevision: true });
  const file = value === null ? null : Buffer.from(value.bytes).toString();
  return { file, codes: [...new Set(complaints.map(({ code }) => code))] };
}

test('the page has examples of both kinds', () => {
  expect(examples.filter(({ info }) => info.includes('error=')).length).toBeGreaterThan(2);
  expect(examples.filter(({ info }) => !info.includes('error=')).length).toBeGreaterThan(1);
});

test.each(examples)('the example in line $line does what the page says', ({ info, text }) => {
  const [path = '', error] = info.split(' error=');
  const { file, codes } = render(path, text);
  expect(codes).toEqual(error === undefined ? [] : [error]);
  expect(file === null).toBe(error !== undefined);
});

const offered = new Map(
  readTable(page, 'What a template may use').map(([kind = '', cell]) => [kind, readCodeWords(cell)]),
);

describe('what a template may use', () => {
  const usage: Readonly<Record<string, string>> = {
    for: '{% for v in variables %}{% endfor %}',
    if: '{% if pools %}{% endif %}',
    elsif: '{% if pools %}{% elsif revision %}{% endif %}',
    else: '{% if pools %}{% else %}{% endif %}',
    unless: '{% unless pools %}{% endunless %}',
    assign: '{% assign a = "b" %}',
    comment: '{% comment %}a{% endcomment %}',
    '#': '{% # a %}',
    break: '{% for v in variables %}{% break %}{% endfor %}',
    continue: '{% for v in variables %}{% continue %}{% endfor %}',
    default: '{{ host.name | default: "a" }}',
    join: '{{ host.groups | join: "," }}',
  };
  const check = (text: string) => checkTemplate({ target: 'shell', path: 'templates/x.liquid', text });

  test.each([...(offered.get('Tags') ?? []), ...(offered.get('Filters') ?? [])])('%s is there', (word) => {
    expect(check(usage[word] ?? `no usage of ${word} in this test`)).toEqual([]);
    expect(usage[word]).toBeDefined();
  });

  test.each(offered.get('Operators') ?? [])('the operator %s is there', (operator) => {
    const operands =
      operator === 'not' ? 'not revision' : `1 ${operator} ${operator === 'contains' ? '"1"' : '1'}`;
    const { codes } = render('templates/shell_env.sh.liquid', `{% if ${operands} %}{% endif %}`);
    expect(codes).toEqual(['GRAMMAR']); // the variables are missing; the condition was fine
  });

  test.each(['case x', 'capture x', 'include "x"', 'render "x"', 'increment x', 'raw', 'echo "x"'])(
    'the tag "%s" is not there',
    (tag) => {
      expect(check(`{% ${tag} %}`).map(({ code }) => code)).toEqual(['TEMPLATE_INVALID']);
    },
  );

  test.each(['upcase', 'append: "x"', 'raw', 'size', 'slice: 1'])(
    'the filter "%s" is not there',
    (filter) => {
      const { codes } = render('templates/shell_env.sh.liquid', `# {{ host.name | ${filter} }}\n`);
      expect(codes).toEqual(['TEMPLATE_INVALID']);
    },
  );
});

describe('what a template sees', () => {
  test.each(readTable(page, 'What a template sees').flatMap(([cell]) => readCodeWords(cell)))(
    '%s',
    (name) => {
      const expression = name.replace('env.NAME', 'env.SITE_NAME').replace('labels.NAME', 'labels.rack');
      const { codes } = render('templates/shell_env.sh.liquid', `{% if ${expression} %}{% endif %}`);
      expect(codes).toEqual(['GRAMMAR']); // the variables are missing; the name was fine
    },
  );

  test.each(['host.addresses', 'commit', 'env.OTHER', 'host.labels.rack'])('never %s', (name) => {
    expect(render('templates/shell_env.sh.liquid', `# {{ ${name} }}\n`).codes).toEqual(['TEMPLATE_INVALID']);
  });
});
