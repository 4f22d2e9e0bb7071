import { join } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import { SETTINGS_FILE } from '../../core/receive/git-settings.ts';
import { runProgram, SYSTEM_PATH } from '../processes.ts';
import { explainLayout } from './layout.ts';

const DEADLINE_MS = 5_000;

/**
 * Whether people can push to a repository of this host and our hooks would be run: it is bare, in a layout that can be read,
 * and nobody has set up another directory of hooks. Throws REPOSITORY_UNUSABLE, HOOK_FOREIGN, and ENVIRONMENT_BROKEN where
 * git is missing. `searchPath`: where git is looked for.
 */
export async function checkReceiving(gitdir: string, searchPath = SYSTEM_PATH): Promise<void> {
  const ask = async (...args: readonly string[]): Promise<readonly string[]> => {
    const env = { PATH: searchPath, HOME: '/nonexistent' };
    const { stdout } = await runProgram('git', ['config', ...args], { deadlineMs: DEADLINE_MS, env });
    return stdout.split('\n').filter((line) => line !== '');
  };
  const why = explainLayout(gitdir);
  if (why !== null) throw new ReconcileError('REPOSITORY_UNUSABLE', `${gitdir} cannot be read: ${why}`);
  const config = ['--file', join(gitdir, 'config'), '--includes'];
  if ((await ask(...config, '--type=bool', '--get', 'core.bare'))[0] !== 'true') {
    const message = `${gitdir} is not bare: people push to one that \`git clone --bare\` or \`git init --bare\` made`;
    throw new ReconcileError('REPOSITORY_UNUSABLE', message);
  }
  const folders = [
    ...(await ask('--system', '--get-all', 'core.hooksPath')),
    ...(await ask(...config, '--show-origin', '--get-all', 'core.hooksPath')),
  ].filter((line) => !line.includes(`${SETTINGS_FILE}\t`));
  if (folders.length === 0) return;
  const message = `core.hooksPath names another directory of hooks (${folders.join(', ')}); nothing was changed`;
  throw new ReconcileError('HOOK_FOREIGN', message);
}
