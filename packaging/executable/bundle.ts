import { build } from 'esbuild';

/**
 * The program in dist/ as one CommonJS text, which is what a single executable starts. What lies behind an `import()` is
 * still run only when it is asked for. Code that looks for its own file finds none.
 */
export async function bundleForExecutable(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': '"file:///reconcile"' },
    minifySyntax: true,
    minifyWhitespace: true,
    write: false,
    logLevel: 'error',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return file.text;
}
