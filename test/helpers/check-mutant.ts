import { checkRepository } from '../../src/core/check.ts';
import type { Mutant } from './mutate-repository.ts';

/** How one mutant went. */
export interface MutantVerdict {
  /** Time of the processor, which other work on the machine does not lengthen. */
  readonly tookMs: number;
  readonly errors: number;
  /** What must never happen: something thrown, a polluted prototype. */
  readonly defect: string | null;
}

const CLEAN = Reflect.ownKeys(Object.prototype).length;

/** Parses the mutant, resolves all of its hosts and renders all of their files. */
export function checkMutant({ snapshot }: Mutant): MutantVerdict {
  const cpuBefore = process.cpuUsage();
  const wallBefore = performance.now();
  let errors = 0;
  let defect: string | null = null;
  try {
    errors = checkRepository(snapshot).filter(({ severity }) => severity === 'error').length;
  } catch (error) {
    defect = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  if (Reflect.ownKeys(Object.prototype).length !== CLEAN) defect = 'Object.prototype has got new keys';
  const { user, system } = process.cpuUsage(cpuBefore);
  const tookMs = Math.min((user + system) / 1000, performance.now() - wallBefore);
  return { tookMs, errors, defect };
}
