import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { budgetRules, commentShare, limits, median } from './architecture/budget-rules.ts';
import { habitRules } from './architecture/habit-rules.ts';
import { importRules } from './architecture/import-rules.ts';
import { complaintsOf } from './architecture/rule.ts';
import { parseSourceFile, readSourceFiles } from './architecture/source-file.ts';

const rules = [...importRules, ...budgetRules, ...habitRules];
const sources = readSourceFiles(path.join(import.meta.dirname, '../src'));

describe('src keeps its promises', () => {
  test.each(rules.map((rule) => [rule.promise, rule] as const))('%s', (_promise, rule) => {
    expect(complaintsOf(rule, sources)).toEqual([]);
  });

  test('the figures are reported', () => {
    const functions = sources.flatMap((file) => file.functions.filter(({ name }) => name !== null));
    const lines = median(sources.map((file) => file.nonBlankLines));
    console.info(
      `src: ${sources.length} files, median ${lines} lines (limit ${limits.fileMedian}); ` +
        `${functions.length} named functions, median ${median(functions.map((size) => size.lines))} lines ` +
        `(limit ${limits.functionMedian}); ${commentShare(sources).toFixed(1)} % comments`,
    );
  });
});

/** Each rule, shown to fail: how its only complaint begins, and the files below src that earn it. */
const breaches: readonly (readonly [
  promise: string,
  complaint: string,
  files: Readonly<Record<string, string>>,
])[] = [
  ['every file belongs to a layer', 'misplaced.ts has no layer', { 'misplaced.ts': '' }],
  [
    'imports run one way',
    'core/plan.ts:2 imports ports.ts, but core may import nothing but itself',
    { 'core/plan.ts': `\n/* ü€𝒳 */ import { a } from '../ports.ts';` },
  ],
  [
    'imports run one way',
    'main.ts:1 imports wire.ts, but main may import cli, quiet',
    { 'main.ts': `await import('./wire.ts');` },
  ],
  [
    'imports run one way',
    'reconcile/world.ts:1 imports adapters/files.ts, but reconcile may import ports, core',
    { 'reconcile/world.ts': `type A = import('../adapters/files.ts').A;` },
  ],
  [
    'imports run one way',
    'cli/run.ts:1 imports adapters/files.ts, but cli may import',
    { 'cli/run.ts': `import { fileStore } from '../adapters/files.ts';` },
  ],
  [
    'adapters of one kind do not know another kind',
    'adapters/git/local.ts:1 imports adapters/php-fpm/reload.ts, but adapters/git may import only its own and adapters/*.ts',
    { 'adapters/git/local.ts': `import { a } from '../php-fpm/reload.ts';` },
  ],
  [
    'there is no import cycle',
    'core/a.ts → core/b.ts → core/deep/c.ts → core/a.ts is a cycle',
    {
      'core/a.ts': `import type { B } from './b.ts';`,
      'core/b.ts': `import { c } from './deep/c.ts';`,
      'core/deep/c.ts': `import { a } from '../a.ts';`,
    },
  ],
  [
    'one package is known to one file',
    '@scope/git is imported in 2 files (limit 1): adapters/git/local.ts, adapters/git/mirror.ts',
    {
      'adapters/git/local.ts': `import type { Api } from '@scope/git/api';`,
      'adapters/git/mirror.ts': `await import('@scope/git');`,
    },
  ],
  [
    'no file is longer than 250 lines',
    'core/a.ts has 251 lines (limit 250)',
    { 'core/a.ts': '//\n'.repeat(251) },
  ],
  [
    'half of the files have at most 65 lines that are not blank',
    'the median file has 66 lines that are not blank (limit 65); the longest: core/b.ts 67, core/a.ts 66, core/c.ts 0',
    { 'core/a.ts': 'a;\n'.repeat(66), 'core/b.ts': 'b;\n\n'.repeat(67), 'core/c.ts': '' },
  ],
  [
    'no function is longer than 50 lines',
    'core/a.ts:1 a function has 51 lines (limit 50)',
    { 'core/a.ts': `run(() => {${'\n'.repeat(50)}});` },
  ],
  [
    'half of the named functions have at most 12 lines',
    'the median function of src has 13 lines (limit 12)',
    { 'core/a.ts': `const a = () => {${'\n'.repeat(12)}};\nrun(() => 1);\nrun(() => 2);` },
  ],
  [
    'no function takes more than 3 parameters',
    'core/a.ts:2 move takes 4 parameters (limit 3)',
    { 'core/a.ts': 'class A {\n  move(a: 1, b: 2, c: 3, d: 4) {}\n}' },
  ],
  [
    'core and config are pure',
    'core/a.ts:1 imports fs (allowed:',
    { 'core/a.ts': `import { readFileSync } from 'fs';` },
  ],
  [
    'core and config are pure',
    'config/a.ts:1 reads process',
    { 'config/a.ts': 'const a = process.platform;' },
  ],
  [
    'core and config are pure',
    'core/a.ts:2 reads new Date()',
    { 'core/a.ts': '\nconst now = [new Date()];' },
  ],
  [
    'time is read in one file',
    'time is read in 2 files (limit 1): adapters/clock.ts:1 (Date.now), daemon/backoff.ts:2 (performance)',
    { 'adapters/clock.ts': 'Date.now();', 'daemon/backoff.ts': '\nperformance.now();' },
  ],
  [
    'randomness is read in one file',
    'randomness is read in 2 files (limit 1): adapters/a.ts:1 (Math.random), adapters/b.ts:1 (randomUUID)',
    { 'adapters/a.ts': 'Math.random();', 'adapters/b.ts': `import { randomUUID } from 'node:crypto';` },
  ],
  [
    'environment is read in one file',
    'environment is read in 2 files (limit 1): main.ts:1 (process.argv), cli/run.ts:1 (process.env)',
    { 'main.ts': 'process.argv;', 'cli/run.ts': 'const { PATH } = process.env;' },
  ],
  [
    'console is read in one file',
    'console is read in 2 files (limit 1): main.ts:1 (process.stdout), cli/run.ts:1 (console)',
    { 'main.ts': 'process.stdout.write("");', 'cli/run.ts': 'console.log();' },
  ],
  ['no type is `any`', 'core/a.ts:1 says any (limit 0)', { 'core/a.ts': 'let a: readonly any[];' }],
  ['names say what is inside', 'core/git-utils.ts is named utils', { 'core/git-utils.ts': '' }],
  ['names say what is inside', 'core/helpers/a.ts is named helpers', { 'core/helpers/a.ts': '' }],
  [
    'no file hands on what another one exports',
    'core/index.ts:1 re-exports',
    { 'core/index.ts': `export type { A } from './a.ts';` },
  ],
  [
    'every exported function is documented',
    'core/a.ts:4 run has no docstring',
    { 'core/a.ts': `/** Of a. */\nconst a = 1;\n// Not a docstring.\nexport function run() {}` },
  ],
  [
    'every exported function is documented',
    'core/a.ts:1 run has no docstring',
    { 'core/a.ts': 'export const run = () => 1;' },
  ],
];

describe('a breach is told', () => {
  test.each(breaches)('%s: %s', (promise, complaint, files) => {
    const found = rules
      .filter((rule) => rule.promise === promise)
      .flatMap((rule) => complaintsOf(rule, parse(files)));
    expect(found).toEqual([expect.stringMatching(startsWith(complaint))]);
  });

  test('of every rule', () => {
    const broken = new Set(breaches.map(([promise]) => promise));
    expect([...broken]).toEqual(rules.map((rule) => rule.promise));
  });
});

test('good code has no complaint', () => {
  const files = parse({
    'main.ts': `import { run } from './cli/run.ts';\nconst { env, argv, stdout } = process;\nawait import('./quiet.ts');`,
    'quiet.ts': `import { parseRef } from './adapters/git/ref.ts';\nimport type { Plan } from './core/types.ts';`,
    'cli/run.ts': `import type { World } from '../reconcile/world.ts';\nimport { toRecord } from '../reconcile/account.ts';`,
    'adapters/processes.ts': `import { execa } from 'execa';`,
    'adapters/git/local.ts': `import { run } from '../processes.ts';\nimport { parseRef } from './ref.ts';`,
    'adapters/clock.ts': 'Date.now(); new Date();',
    'core/hash.ts': [
      `import { createHash } from 'node:crypto';`,
      '/**',
      ' * Bytes below `core/*` in, 64 hex digits out.',
      ' */',
      `export const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');`,
      'const event = { console: new Date(0), process: null };',
    ].join('\n'),
  });
  expect(rules.flatMap((rule) => complaintsOf(rule, files))).toEqual([]);
});

test('an empty src has no complaint', () => {
  expect(rules.flatMap((rule) => complaintsOf(rule, readSourceFiles('/nonexistent')))).toEqual([]);
});

function parse(files: Readonly<Record<string, string>>) {
  return Object.entries(files).map(([name, text]) => parseSourceFile(name, text));
}

function startsWith(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}
