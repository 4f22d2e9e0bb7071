import { ReconcileError } from '../../core/errors.ts';
import { openUserGit } from './git-program.ts';

/** Who commits where git knows nobody: a fresh machine has no identity, and a first commit must not fail for that. */
const FALLBACK_IDENTITY = ['-c', 'user.name=reconcile', '-c', 'user.email=reconcile@localhost'];

/**
 * Makes the directory a git repository on branch `main` and commits everything in it.
 * Gives the commit, 40 hex digits. Throws USAGE when git is missing or refuses.
 */
export async function commitNewRepository(directory: string, message: string): Promise<string> {
  try {
    const { git } = await openUserGit(directory);
    await git.init(['--initial-branch=main']);
    await git.add('.');
    const identity = (await hasIdentity(directory)) ? [] : FALLBACK_IDENTITY;
    await git.raw([...identity, 'commit', '--quiet', '--message', message]);
    return await git.revparse('HEAD');
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    throw new ReconcileError('USAGE', `git could not make a repository in ${directory}: ${reason}`, {
      cause: error,
    });
  }
}

async function hasIdentity(directory: string): Promise<boolean> {
  const { git } = await openUserGit(directory);
  const [name, email] = await Promise.all([git.getConfig('user.name'), git.getConfig('user.email')]);
  return name.value !== null && email.value !== null;
}
