/** The name of the errno that node put on a failed system call, e.g. `ENOENT`; null for any other error. */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** What went wrong, in a few words and without the paths of node's own message, which name descriptors. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const errno = errnoOf(error);
  if (errno === null) return error.message;
  return /^\w+: ([^,]+)/.exec(error.message)?.[1] ?? errno;
}
