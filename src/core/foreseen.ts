import { ReconcileError } from './errors.ts';

/** What `work` gives; a foreseen failure of it is put on the list, and gives null. Anything else is thrown on. */
export async function collectForeseen<T>(
  errors: ReconcileError[],
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    errors.push(error);
    return null;
  }
}
