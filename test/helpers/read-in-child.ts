import { join } from 'node:path';
import type { GitSource } from '../../src/ports.ts';
import type { MeasuredOutcome, MeasuredSource } from './measure-read.ts';

/** Reads what is live and prints how it ended. */
async function read({ module, factory, options }: MeasuredSource): Promise<MeasuredOutcome> {
  const makers = await import(join(import.meta.dirname, '..', '..', 'src', module));
  const source: GitSource = makers[factory](options);
  try {
    const { files, rejected } = await source.read(await source.probe());
    return { code: null, message: '', files: [...files.keys()], rejected };
  } catch (error) {
    const { code = 'none', message } = error as Error & { readonly code?: string };
    return { code, message, files: [], rejected: [] };
  }
}

console.log(JSON.stringify(await read(JSON.parse(process.argv[2] ?? ''))));
