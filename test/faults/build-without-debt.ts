import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * The program as it is built, but for one thing: whatever it owes is never written into the ledger. Gives the path of its
 * main file. Throws when the place where the ledger is written is not found.
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
  if (forgetting.places() !== 1) throw new Error(`the ledger is written in ${forgetting.places()} places`);
  return join(outdir, 'main.mjs');
}

function forgetDebt(): { readonly plugin: Plugin; readonly places: () => number } {
  let places = 0;
  const plugin: Plugin = {
    name: 'without a debt',
    setup({ onLoad }) {
      onLoad({ filter: /\/adapters\/ledger-format\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const contents = text.replace(/JSON\.stringify\(record\b/g, () => {
          places++;
          return 'JSON.stringify({ ...record, owed: null }';
        });
        return { contents, loader: 'ts' };
      });
    },
  };
  return { plugin, places: () => places };
}
