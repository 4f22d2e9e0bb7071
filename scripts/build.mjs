#!/usr/bin/env node
/**
 * Bundles src/main.ts and all that it imports into dist/. The entry stays tiny: everything behind an `import()` becomes a
 * chunk of its own, so that a pass that finds nothing to do loads no package at all.
 */
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Measured: a module of this size adds less than 1 ms to the start of Node. */
const largestEntryBytes = 16 * 1024;

/**
 * An import of one of Node's own modules reads all of its exports. Of these, one or more load much by being read: `WebSocket`
 * undici (4 MB from Node 22 on), `webcrypto` the Web Crypto API.
 */
const loadMoreWhenRead = ['node:http', 'node:crypto'];

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const { outputFiles, metafile } = await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true, // names stay: a stack trace must be readable
  metafile: true,
  write: false,
  plugins: [isomorphicGitAsModules(), builtinsAsObjects()],
});
checkEntry(metafile);
writeAll([
  ...outputFiles.map(({ path: file, contents }) => [file, contents]),
  ['dist/meta.json', JSON.stringify(metafile)],
]);

/** isomorphic-git resolves to one CommonJS file in Node; of its ES module only what is imported stays. */
function isomorphicGitAsModules() {
  const modules = path.resolve('node_modules/isomorphic-git/index.js');
  return {
    name: 'isomorphic-git as modules',
    setup({ onResolve }) {
      onResolve({ filter: /^isomorphic-git$/ }, () => ({ path: modules, sideEffects: false }));
    },
  };
}

/**
 * Some of Node's own modules are taken as the object that `require` gives:
 * - all that CommonJS packages require, which an ES module cannot. The usual remedy is a `createRequire` banner in every
 *   file, the entry too; this one costs only those who use it.
 * - those of which an import loads more than is used.
 */
function builtinsAsObjects() {
  const filter = /^(node:)?[a-z_/0-9]+$/;
  return {
    name: 'builtins as objects',
    setup({ onResolve, onLoad }) {
      onResolve({ filter }, ({ kind, path: name }) => {
        const isBuiltin = process.getBuiltinModule(name) !== undefined;
        const isObject = kind === 'require-call' || loadMoreWhenRead.includes(name);
        return isBuiltin && isObject ? { path: name, namespace: 'builtin' } : undefined;
      });
      onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path: name }) => ({
        contents: `module.exports = process.getBuiltinModule(${JSON.stringify(name)})`,
      }));
    },
  };
}

/** Fails when what `dist/main.js` loads before any `import()` contains a package or is too large. */
function checkEntry({ outputs }) {
  const loaded = new Set(['dist/main.js']);
  for (const file of loaded) {
    const further = outputs[file].imports.filter(
      ({ kind, external }) => kind === 'import-statement' && !external,
    );
    for (const chunk of further) {
      loaded.add(chunk.path);
    }
  }
  const bytes = [...loaded].reduce((sum, file) => sum + outputs[file].bytes, 0);
  const inputs = [...loaded].flatMap((file) => Object.keys(outputs[file].inputs));
  const packages = inputs.filter((input) => input.includes('node_modules/'));
  if (packages.length > 0 || bytes > largestEntryBytes) {
    process.stderr.write(
      `build: the entry loads ${bytes} bytes at once (limit ${largestEntryBytes}): ${inputs.join(', ')}\n` +
        'Every run pays for it, also the one that finds nothing to do: import it lazily in src/main.ts.\n',
    );
    process.exit(1);
  }
  process.stderr.write(`build: ${Object.keys(outputs).length} files, the entry loads ${bytes} bytes\n`);
}

/** Writes the new files, the entry last, then removes the old ones: a run that started before finds its chunks until the end. */
function writeAll(files) {
  mkdirSync('dist/chunks', { recursive: true });
  const entryLast = files.sort(([left], [right]) => isEntry(left) - isEntry(right));
  for (const [file, contents] of entryLast) {
    writeFileSync(`${file}.new`, isEntry(file) ? withShebang(contents) : contents);
    chmodSync(`${file}.new`, isEntry(file) ? 0o755 : 0o644);
    renameSync(`${file}.new`, file);
  }
  const written = new Set(files.map(([file]) => path.resolve(file)));
  for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
    const file = path.resolve(entry.parentPath, entry.name);
    if (entry.isFile() && !written.has(file)) {
      rmSync(file);
    }
  }
}

function isEntry(file) {
  return path.basename(file) === 'main.js';
}

function withShebang(contents) {
  const text = Buffer.from(contents).toString('utf8');
  return text.startsWith('#!') ? text : `#!/usr/bin/env node\n${text}`;
}
