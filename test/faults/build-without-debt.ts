import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * The program as it is built, but for one thing: what it owes is remembered while it runs, and never written into the
 * ledger. Gives the path of its main file. Throws when a place that is changed for it is not found.
 */
export async function buildWithoutDebt(outdir: string): Promise<string> {
  const forgetting = forgetDebt();
  await build({
    entryPoints: [join(ROOT, 'src', 'main.ts')],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    alias: { 'isomorphic-git': join(ROOT, 'node_modules', 'isomorphic-git', 'index.js') },
    // Packages in CommonJS require modules of Node.
    banner: { js: `import { createRequire as r_ } from 'node:module'; const require = r_(import.meta.url);` },
    logLevel: 'error',
    plugins: [forgetting.plugin],
  });
  if (forgetting.missing().length > 0) throw new Error(`not found: ${forgetting.missing().join('; ')}`);
  return join(outdir, 'main.mjs');
}

const KEPT_IN_MEMORY = `    read: () => memory.at(-1) ?? read(),
    write: (record) => { memory.push(record); write(record); },
`;

/** File, text, and what takes its place. */
const CHANGES = [
  ['ledger-format.ts', 'JSON.stringify(record,', 'JSON.stringify({ ...record, owed: null },'],
  ['ledger.ts', '    read,\n    write,\n', KEPT_IN_MEMORY],
] as const;

function forgetDebt(): { readonly plugin: Plugin; readonly missing: () => readonly string[] } {
  const found = new Set<string>();
  const plugin: Plugin = {
    name: 'without a debt',
    setup({ onLoad }) {
      onLoad({ filter: /\/adapters\/ledger(-format)?\.ts$/ }, async ({ path }) => {
        let contents = await readFile(path, 'utf8');
        for (const [file, text, other] of CHANGES) {
          if (!path.endsWith(`/${file}`) || !contents.includes(text)) continue;
          contents = contents.replace(text, other);
          found.add(text);
        }
        return { contents: `const memory: any[] = [];\n${contents}`, loader: 'ts' };
      });
    },
  };
  return { plugin, missing: () => CHANGES.map(([, text]) => text).filter((text) => !found.has(text)) };
}
