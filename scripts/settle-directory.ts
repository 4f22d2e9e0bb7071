import { existsSync, renameSync } from 'node:fs';

/** Gives a finished directory its name. Where another process was faster, its directory stays: equal names have equal content. */
export function settleDirectory(finished: string, name: string): void {
  try {
    renameSync(finished, name);
  } catch (error) {
    if (!existsSync(name)) throw error;
  }
}
