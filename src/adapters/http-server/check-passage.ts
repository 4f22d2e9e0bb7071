import { statSync } from 'node:fs';
import { dirname } from 'node:path';

const OTHERS_PASS = 0o001;
const GROUP_PASSES = 0o010;

/** Throws an error where members of a group cannot get to what is in a directory. */
export function checkPassage(directory: string, gid: number): void {
  const stats = statSync(directory);
  const passes = (stats.mode & OTHERS_PASS) !== 0 || (stats.gid === gid && (stats.mode & GROUP_PASSES) !== 0);
  if (!passes) {
    const mode = (stats.mode & 0o7777).toString(8);
    throw new Error(
      `group ${gid} cannot pass through ${directory} (mode ${mode}); allow it with chmod o+x, or name a control.socket elsewhere`,
    );
  }
  if (directory !== '/') checkPassage(dirname(directory), gid);
}
