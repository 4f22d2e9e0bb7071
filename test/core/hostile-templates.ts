const SIZE = 64 * 1024;

/** A piece as often as a template may be long. */
function fill(piece: string, room = 300): string {
  return piece.repeat(Math.floor((SIZE - room) / piece.length));
}

function nest(open: string, close: string, depth: number): string {
  return open.repeat(depth) + close.repeat(depth);
}

/** Loops over all variables inside each other. */
function loops(depth: number, body: string, options = ''): string {
  const heads = Array.from({ length: depth }, (_, index) => `{% for v${index} in variables${options} %}`);
  return heads.join('') + body + '{% endfor %}'.repeat(depth);
}

const NOTHING = '{% assign n = nil %}';

/** Templates that make one part of the engine work as much as its source allows: the idea → the text. */
export const HOSTILE_TEMPLATES: Readonly<Record<string, string>> = {
  // loops
  'loops inside loops': loops(3, 'x'),
  'empty loops inside loops': loops(16, ''),
  'loops that copy their lists': loops(8, 'x', ' limit:2000 reversed offset:0'),
  'loops one after the other': fill('{% for v in variables %}{% endfor %}'),
  'loops that break at once': fill('{% for v in variables offset:1 reversed %}{% break %}{% endfor %}'),
  'a loop around them': `{% for w in variables %}${fill('{% for v in variables offset:1 reversed %}{% break %}{% endfor %}')}{% endfor %}`,
  'continue in loops': loops(3, '{% continue %}'),
  'assignments in deep loops': loops(15, '{% assign a = v0 %}'),
  'conditions in deep loops': loops(16, '{% if n == 1 or n == 1 %}{% endif %}'),
  'a range': '{% for i in (1..1000000000) %}x{% endfor %}',
  'a range of no numbers': '{% assign n = ("a".."b") %}{% for i in (1..1000000000) %}x{% endfor %}',
  'a range backwards': '{% for i in (9..1) %}{% endfor %}{% for i in (1..1000000000) %}x{% endfor %}',
  'a range as an index': '{{ variables[(1..1000000000)] }}',
  'many options of a loop': loops(
    2,
    `{% for q in pools ${Array.from({ length: 8000 }, (_, i) => `${i.toString(36)}:n`).join(' ')} %}{% endfor %}`,
  ),
  // nesting
  'deep blocks': nest('{% if true %}', '{% endif %}', 2500),
  'open blocks': fill('{%if a%}'),
  'deep brackets': `{{ ${nest('env[', ']', 10_000)} }}`,
  'open brackets': `{{ ${fill('[')} }}`,
  'open parentheses': `{{ ${fill('(')} }}`,
  // expressions
  'a chain of and': `{% if ${fill('a and ')}true %}{% endif %}`,
  'chains of or in loops': loops(2, `${NOTHING}{% if ${'n or '.repeat(10_000)}n %}{% endif %}`),
  'chains of == in loops': loops(2, `${NOTHING}{% if ${'n=='.repeat(20_000)}n %}{% endif %}`),
  'chains of not': `{% if ${fill('not ')}true %}{% endif %}`,
  'lists compared': loops(1, `{% if ${'variables==variables or '.repeat(2500)}false %}{% endif %}`),
  'long values compared': loops(1, `{% if ${'env.LONG1 == env.LONG2 or '.repeat(2300)}false %}{% endif %}`),
  'long values searched': loops(2, `{% if env.LONG1 contains "${'a'.repeat(150)}b" %}{% endif %}`),
  'lists searched': loops(3, '{% if variables contains "a" %}{% endif %}'),
  'branches in loops': loops(2, `{% if false %}${'{% elsif false %}'.repeat(3000)}{% endif %}`),
  'indices in loops': loops(2, '{% assign k = env[variables[0].name] %}'),
  'sizes of large lists': `{{ ${fill('env.size == ')} 1 }}`,
  // filters
  'a chain of filters': `{{ "a" ${fill('| default: "b" ')}}}`,
  'chains of filters in loops': loops(2, `${NOTHING}{{ n ${'|default:n'.repeat(5000)} }}`),
  'many arguments': loops(2, `${NOTHING}{{ n | default: ${'n,'.repeat(25_000)}n }}`),
  'a text that doubles': `{% assign s = host.groups | join: "aaaaaaaaaaaaaaaa" %}${fill('{% assign s = host.groups | join: s %}')}`,
  'a text that doubles by append': `{% assign s = "x" %}${fill('{% assign s = s | append: s %}')}`,
  // reading the source
  'many outputs': fill('{{1}}'),
  'open outputs': fill('{{'),
  'open tags': fill('{%'),
  'open comments': fill('{%comment%}'),
  'quotes in an output': `{{ ${fill("'a' ")} }}`,
  'an open quote': `{{ ${fill("'a")} }}`,
  'escapes in a quote': `{{ '${fill('\\u0041')}' }}`,
  'blanks around tags': fill(`${'\n'.repeat(50)}{%- assign a = 1 -%}`),
  'blanks in a tag': `{% assign${fill(' ')}a = 1 %}`,
  'line ends in an inline comment': `{% #${fill('\n')}%}`,
  'an error in the last line': `${fill('\n')}{{ x }}`,
  'raw that never ends': `{% raw %}${fill('{% endraw ')}`,
  'one long name': `{{ ${'a'.repeat(60_000)} }}`,
  'one long number': `{{ ${'1'.repeat(60_000)}a }}`,
  'properties of properties': `{{ pools${fill('.first')} }}`,
  // output
  'a long value again and again': loops(2, '{{ env.LONG1 }}'),
  'a long text again and again': loops(2, 'x'.repeat(60_000)),
  'a template that is too long': 'x'.repeat(SIZE + 1),
};

/** Ways out of the language, or to what is not offered. */
export const FORBIDDEN_TEMPLATES: readonly string[] = [
  ...['raw', 'capture', 'increment', 'decrement', 'cycle', 'case', 'echo', 'liquid', 'tablerow'].map(
    (tag) => `{% ${tag} x %}`,
  ),
  ...['include', 'render', 'layout', 'block'].map((tag) => `{% ${tag} "/etc/passwd" %}`),
  ...[
    'raw',
    'append',
    'json',
    'inspect',
    'sort',
    'where',
    'map',
    'replace',
    'split',
    'date',
    'escape',
    'upcase',
    'find_exp',
  ].map((filter) => `{{ "a" | ${filter} }}`),
  '{{ host.constructor }}',
  '{{ host.__proto__ }}',
  '{{ host.name.constructor }}',
  '{{ variables.constructor.constructor }}',
  '{{ variables[0].value.write }}',
  '{{ variables[0].value.compare }}',
  '{% for v in pools %}{{ forloop.constructor }}{% endfor %}',
  '{% for v in pools %}{{ forloop.__proto__ }}{% endfor %}',
  '{{ constructor }}',
  '{{ process }}',
  '{{ globalThis }}',
  '{{ host }}',
  '{{ variables }}',
  '{{ env }}',
  '{{ nil }}',
  '{{ missing }}',
  '{{ env.MISSING }}',
  '{{ "a\\nb" }}',
];
