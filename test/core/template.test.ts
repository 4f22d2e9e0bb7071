import { describe, expect, test } from 'vitest';
import { formatComplaint } from '../../src/core/complain.ts';
import { checkTemplate, fillTemplate } from '../../src/core/template.ts';
import type { TemplateView } from '../../src/core/template-view.ts';
import { EncodedValue } from '../../src/core/template-view.ts';
import type { Host } from '../../src/core/types.ts';
import { FORBIDDEN_TEMPLATES, HOSTILE_TEMPLATES } from './hostile-templates.ts';

const host: Host = {
  name: 'web-1',
  environment: 'test',
  groups: ['one', 'two'],
  labels: new Map([
    ['rack', 'a1'],
    ['size', 'large'],
    ['__proto__', 'x'],
  ]),
  addresses: [],
  at: null,
};

const variable = (name: string, text: string) => ({ name, value: new EncodedValue(text, `<${text}>`) });

const view: TemplateView = {
  variables: [variable('A', '1'), variable('B', ''), variable('__proto__', 'p')],
  host,
  pools: ['www', 'api'],
  revision: new EncodedValue('pong 1', '<pong 1>'),
};

const template = (text: string) => ({ target: 'php-fpm', path: 't.liquid', text }) as const;
const fill = (text: string, seen: TemplateView = view): string => {
  const { value, complaints } = fillTemplate(template(text), seen);
  return value ?? complaints.map(formatComplaint).join('\n');
};

describe('a template writes', () => {
  test.each([
    [
      'names raw and values encoded',
      '{% for v in variables %}{{ v.name }}={{ v.value }} {% endfor %}',
      'A=<1> B=<> __proto__=<p> ',
    ],
    ['a value by its name', '{{ env.A }}{{ env["__proto__"] }}', '<1><p>'],
    ['how many there are', '{{ variables.size }} {{ env.size }} {{ pools.size }}', '3 3 2'],
    [
      'what is known of the host',
      '{{ host.name }} {{ host.environment }} {{ host.labels.rack }}',
      'web-1 test a1',
    ],
    ['a label with a name of its own', '{{ host.labels.size }} {{ host.labels["__proto__"] }}', 'large x'],
    ['lists joined', '{{ pools | join: "," }} {{ host.groups | join }}', 'www,api one two'],
    [
      'another text where there is none',
      '{{ host.labels.none | default: "-" }} {{ env.B | default: "-" }}',
      '- <>',
    ],
    ['the revision encoded', '{% if revision %}{{ revision }}{% endif %}', '<pong 1>'],
    [
      'numbers of a loop',
      '{% for p in pools %}{{ forloop.index }}{% unless forloop.last %},{% endunless %}{% endfor %}',
      '1,2',
    ],
    ['no comment of its own', 'a{% comment %}{{ x }}{% endcomment %}{% # y %}b', 'ab'],
  ])('%s', (_what, text, output) => {
    expect(fill(text)).toBe(output);
  });
});

describe('a condition compares', () => {
  test.each([
    ['env.A == "1"', true],
    ['env.A != "1"', false],
    ['env.A == 1', false],
    ['env.B == ""', true],
    ['env.B == empty', true],
    ['env.A == env.A', true],
    ['pools == empty', false],
    ['pools == pools', false],
    ['pools contains "www"', true],
    ['host.groups contains "three"', false],
    ['host.name contains "web"', true],
    ['variables.size > 2', true],
    ['variables.size <= 2', false],
    ['not true', false],
    ['env.MISSING', false],
    ['env.MISSING == nil', true],
    ['revision and env.B', true],
    ['false or true', true],
    ['nil == false', false],
  ])('%s', (condition, result) => {
    expect(fill(`{% if ${condition} %}yes{% else %}no{% endif %}`)).toBe(result ? 'yes' : 'no');
  });
});

describe('a template cannot', () => {
  test.each(FORBIDDEN_TEMPLATES)('%s', (text) => {
    expect(fill(text)).toMatch(/^t\.liquid:1:\d+: .* \[TEMPLATE_INVALID\]$/);
  });

  test('change what the next one sees', () => {
    fill(
      '{% assign pools = variables %}{% assign env = nil %}{% for p in pools %}{{ forloop.index }}{% endfor %}',
    );
    expect(fill('{{ pools | join }} {{ env.A }}')).toBe('www api <1>');
  });

  test('make a label or a host leave its line', () => {
    const evil = { ...host, name: 'x\nid', labels: new Map([['rack', 'x\rid']]) };
    expect(fill('# {{ host.name }}', { ...view, host: evil })).toContain(
      't.liquid:1:3: this text holds a line end',
    );
    expect(fill('# {{ host.labels.rack }}', { ...view, host: evil })).toContain('this text holds a line end');
  });

  test('show a value in an error', () => {
    const secret = { ...view, variables: [variable('A', 'hunter2')] };
    for (const text of [
      '{{ env[env.A] }}',
      '{{ env.A.x }}',
      '{{ pools[env.A] }}',
      '{{ env.A | join }}',
      '{% if env.A > 1 %}{% endif %}',
    ]) {
      expect(fill(text, secret)).toMatch(/TEMPLATE_INVALID/);
      expect(fill(text, secret)).not.toContain('hunter2');
    }
  });
});

test('a mistake is told at its line and column', () => {
  expect(fill('a\n  {{ x }}')).toBe('t.liquid:2:6: undefined variable: x [TEMPLATE_INVALID]');
  expect(fill('{% if a %}')).toBe('t.liquid:1:1: tag {% if a %} not closed [TEMPLATE_INVALID]');
});

test('syntax, tags and filters are checked without values', () => {
  expect(checkTemplate(template('{{ env.WHATEVER }}'))).toEqual([]);
  expect(checkTemplate(template('\n{{ a | upcase }}')).map(formatComplaint)).toEqual([
    't.liquid:2:1: undefined filter: upcase [TEMPLATE_INVALID]',
  ]);
});

describe('every template ends', () => {
  const long = `é${'a'.repeat(130_000)}`;
  const many = Array.from({ length: 1_000 }, (_, index) => variable(`V${index}`, 'v'.repeat(100)));
  const large = {
    ...view,
    variables: [variable('LONG1', `${long}x`), variable('LONG2', `${long}y`), ...many],
  };

  /** Time on the processor, twice what the slowest takes on a busy machine; without limits most of them take minutes. */
  test.each(Object.entries(HOSTILE_TEMPLATES))('%s', (_idea, text) => {
    const start = process.cpuUsage();
    const { value, complaints } = fillTemplate(template(text), large);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1_000).toBeLessThan(1_500);
    expect(value === null).toBe(complaints.length === 1);
  });

  test('and is refused by its work, not by the time, so always at the same place', () => {
    const text = HOSTILE_TEMPLATES['loops inside loops'] ?? '';
    const places = [1, 2, 3].map(() => fillTemplate(template(text), large).complaints[0]?.at);
    expect(new Set(places.map((place) => JSON.stringify(place))).size).toBe(1);
  });

  test.each([1, 3, 20])('and an honest one passes with 2,000 variables in %i sections', (sections) => {
    const variables = Array.from({ length: 2_000 }, (_, index) => variable(`V${index}`, 'value'));
    const pools = Array.from({ length: sections }, (_, index) => `pool-${index}`);
    const text =
      '{% for p in pools %}[{{ p }}]\n{% for v in variables %}env["{{ v.name }}"] = {{ v.value }}\n{% endfor %}{% endfor %}';
    expect(fillTemplate(template(text), { ...view, variables, pools }).complaints).toEqual([]);
  });
});
