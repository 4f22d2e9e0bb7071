import { isBuiltin } from 'node:module';
import type { Rule } from './rule.ts';
import type { Named, SourceFile } from './source-file.ts';

/** What pure code may have of Node: computations. */
const pureModules = ['buffer', 'crypto', 'path', 'util'].map((name) => `node:${name}`);

const random = ['getRandomValues', 'randomBytes', 'randomFillSync', 'randomInt', 'randomUUID'];

/** How the outside world comes in without an import. */
const world: Readonly<Record<string, readonly string[]>> = {
  time: ['Date.now', 'new Date()', 'performance', 'process.hrtime', 'process.uptime'],
  randomness: ['Math.random', ...random, ...random.map((name) => `crypto.${name}`)],
  environment: ['process.env', 'process.argv'],
  console: ['console', 'process.stdout', 'process.stderr'],
};
const impure = [
  ...Object.values(world).flat(),
  'process',
  'globalThis',
  'fetch',
  'setTimeout',
  'setInterval',
];

const emptyNames = /(^|[/.-])(utils?|helpers?|managers?|common|misc)(?=[/.-]|$)/;

/** The rules about purity, types, names and documentation. */
export const habitRules: readonly Rule[] = [
  {
    promise: 'core and config are pure',
    reason:
      'Equal input must give an equal decision, in a test, in a dry run and after a crash: hand the value in',
    check: (files) => files.filter((file) => /^(core|config)\//.test(file.path)).flatMap(findImpurities),
  },
  ...Object.entries(world).map(
    ([kind, names]): Rule => ({
      promise: `${kind} is read in one file`,
      reason: 'It comes in as a value everywhere else, so that a test can choose it',
      check: (files) => findSharedReads(files, kind, names),
    }),
  ),
  {
    promise: 'no type is `any`',
    reason: 'It switches the compiler off for all that it touches: use unknown and look',
    check: (files) =>
      files.flatMap((file) => file.anys.map((line) => `${file.path}:${line} says any (limit 0)`)),
  },
  {
    promise: 'names say what is inside',
    reason: 'Anything fits into such a file, and so everything ends up in it: name it after its main export',
    check: (files) =>
      files.flatMap(({ path }) =>
        emptyNames.test(path) ? [`${path} is named ${emptyNames.exec(path)?.[2]}`] : [],
      ),
  },
  {
    promise: 'no file hands on what another one exports',
    reason:
      'A barrel loads what nobody asked for and gives one thing two addresses: import from where it is made',
    check: (files) =>
      files.flatMap((file) => file.reexports.map((line) => `${file.path}:${line} re-exports`)),
  },
  {
    promise: 'every exported function is documented',
    reason: 'A docstring says what it promises, what it throws by code, and its units and nulls',
    check: (files) =>
      files.flatMap((file) =>
        file.undocumented.map(({ name, line }) => `${file.path}:${line} ${name} has no docstring`),
      ),
  },
];

function findImpurities(file: SourceFile): string[] {
  const modules = file.imports
    .filter(({ specifier }) => isBuiltin(specifier) && !pureModules.includes(specifier))
    .map(
      ({ specifier, line }) =>
        `${file.path}:${line} imports ${specifier} (allowed: ${pureModules.join(', ')})`,
    );
  const reads = distinct(file.reads.filter(({ name }) => impure.includes(name)));
  return [...modules, ...reads.map(({ name, line }) => `${file.path}:${line} reads ${name}`)];
}

/** One complaint for each `console.error`, not a second one for its `console`. */
function distinct(reads: readonly Named[]): Named[] {
  return reads.filter((read, index) => !reads.slice(0, index).some(({ line }) => line === read.line));
}

function findSharedReads(files: readonly SourceFile[], kind: string, names: readonly string[]): string[] {
  const readers = files.flatMap((file) => {
    const first = file.reads.find(({ name }) => names.includes(name));
    return first === undefined ? [] : [`${file.path}:${first.line} (${first.name})`];
  });
  return readers.length > 1
    ? [`${kind} is read in ${readers.length} files (limit 1): ${readers.join(', ')}`]
    : [];
}
