import { inspect } from 'node:util';
import { expect } from 'vitest';

/**
 * A failure as people get to see it, and all that a careless log would show of it; anything that is no ReconcileError
 * fails the test.
 */
export async function failureOf(work: Promise<unknown>) {
  const error: unknown = await work.then(
    (value) => expect.unreachable(`it succeeded: ${inspect(value)}`),
    (reason) => reason,
  );
  expect(error).toMatchObject({ name: 'ReconcileError' });
  const { code, message } = error as { readonly code: string; readonly message: string };
  return { code, message, whole: inspect(error, { depth: 20, showHidden: true }) };
}
