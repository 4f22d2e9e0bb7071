import { isBuiltin } from 'node:module';
import type { Rule } from './rule.ts';
import type { Import, SourceFile } from './source-file.ts';

/** Which layers a layer may import beside its own. The order is that of the page: what stands lower knows less. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  main: ['cli', 'quiet', 'adapters/executable.ts'],
  quiet: ['core', ...['clock', 'git/ref', 'ledger-format', 'textfile'].map((name) => `adapters/${name}.ts`)],
  cli: ['wire', 'daemon', 'reconcile', 'config', 'quiet', 'ports', 'core'],
  wire: ['adapters', 'triggers', 'config', 'daemon', 'reconcile', 'quiet', 'ports', 'core'],
  daemon: ['reconcile', 'ports', 'core'],
  reconcile: ['ports', 'core'],
  adapters: ['ports', 'core'],
  triggers: ['ports', 'core'],
  config: ['core'],
  ports: ['core'],
  core: [],
};

/** Packages that more than one file may import, each with its reason. None so far. */
const sharedPackages: readonly string[] = [];

/** The rules about who knows whom. */
export const importRules: readonly Rule[] = [
  {
    promise: 'every file belongs to a layer',
    reason:
      'A file outside the layers escapes every rule of direction: move it, or add its layer to the table here',
    check: (files) =>
      files.filter((file) => !(layerOf(file.path) in allowed)).map((file) => `${file.path} has no layer`),
  },
  {
    promise: 'imports run one way',
    reason: 'What decides must not know what acts, or it cannot be tested, replaced or read alone',
    check: (files) =>
      files.flatMap((file) => file.imports.flatMap((item) => checkDirection(file.path, item))),
  },
  {
    promise: 'adapters of one kind do not know another kind',
    reason: 'A kind must be replaceable by changing its own folder only',
    check: (files) => files.flatMap((file) => file.imports.flatMap((item) => checkKind(file.path, item))),
  },
  {
    promise: 'there is no import cycle',
    reason:
      'Files in a cycle are one big file: none of them can be understood, tested or loaded without the others',
    check: findCycles,
  },
  {
    promise: 'one package is known to one file',
    reason:
      'Replacing or updating a package must change one file (a type-only import counts: it spreads the shape)',
    check: findSharedPackages,
  },
];

function checkDirection(from: string, { file, line, typeOnly }: Import): string[] {
  const layer = layerOf(from);
  const rights = allowed[layer];
  if (file === null || rights === undefined) {
    return [];
  }
  const target = layerOf(file);
  const isAllowed =
    target === layer ||
    rights.includes(target) ||
    rights.includes(file) ||
    (typeOnly && rights.includes(`types of ${target}`));
  const limit = rights.length === 0 ? 'nothing but itself' : rights.join(', ');
  return isAllowed ? [] : [`${from}:${line} imports ${file}, but ${layer} may import ${limit}`];
}

/** Files of `adapters/git` may use those of `adapters` and of `adapters/git`, not those of `adapters/php-fpm`. */
function checkKind(from: string, { file, line }: Import): string[] {
  if (file === null || layerOf(from) !== layerOf(file) || !['adapters', 'triggers'].includes(layerOf(from))) {
    return [];
  }
  const [here, there] = [directoryOf(from), directoryOf(file)];
  const onOneLine = `${here}/`.startsWith(`${there}/`) || `${there}/`.startsWith(`${here}/`);
  return onOneLine
    ? []
    : [`${from}:${line} imports ${file}, but ${here} may import only its own and ${layerOf(from)}/*.ts`];
}

/** Each cycle once, from the first of its files in the order of their paths. */
function findCycles(files: readonly SourceFile[]): string[] {
  const imports = new Map(
    files.map(({ path, imports }) => [path, imports.flatMap(({ file }) => file ?? [])]),
  );
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) {
      return [[...trail.slice(trail.indexOf(path)), path].join(' → ')];
    }
    const cycles = finished.has(path)
      ? []
      : (imports.get(path) ?? []).flatMap((next) => visit(next, [...trail, path]));
    finished.add(path);
    return cycles;
  };
  return files.flatMap(({ path }) => visit(path, [])).map((cycle) => `${cycle} is a cycle`);
}

function findSharedPackages(files: readonly SourceFile[]): string[] {
  const importers = new Map<string, Set<string>>();
  for (const file of files) {
    for (const name of file.imports.flatMap(packageOf)) {
      importers.set(name, (importers.get(name) ?? new Set()).add(file.path));
    }
  }
  const shared = [...importers].filter(([name, paths]) => paths.size > 1 && !sharedPackages.includes(name));
  return shared.map(
    ([name, paths]) => `${name} is imported in ${paths.size} files (limit 1): ${[...paths].join(', ')}`,
  );
}

function packageOf({ specifier, file }: Import): string[] {
  const depth = specifier.startsWith('@') ? 2 : 1;
  return file === null && !isBuiltin(specifier) ? [specifier.split('/').slice(0, depth).join('/')] : [];
}

/** The first directory, or the name of a file that stands alone: `core/plan.ts` is core, `ports.ts` is ports. */
function layerOf(path: string): string {
  return path.replace(/(\/.*|\.ts)$/, '');
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
