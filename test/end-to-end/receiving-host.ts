import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Ended } from './real-host.ts';
import { RealHost } from './real-host.ts';

/** A host whose repository has the hooks. */
export interface ReceivingHost {
  readonly host: RealHost;
  /** Where its daemon listens. */
  readonly socket: string;
  /** Writes the configuration anew, with these settings and what stands below `repository`. */
  configure(settings?: string, repository?: Readonly<Record<string, string>>): void;
  receive(...args: readonly string[]): Ended;
  /** All that a push can change: what is live, the branches, and the objects. */
  state(): unknown;
}

export interface ReceivingOptions {
  /** Number of the group that may ask the daemon. */
  readonly group?: number;
  /** Further settings. */
  readonly settings?: string;
}

/** Its first commit is live. */
export async function startReceivingHost(options: ReceivingOptions = {}): Promise<ReceivingHost> {
  const host = await RealHost.start({ processControlTimeout: '10s' }); // a reload loses no question of a test
  const socket = join(host.directory, 'control', 'socket');
  const control = `control:\n  socket: ${socket}\n${options.group === undefined ? '' : `  group: ${options.group}\n`}`;
  const configure: ReceivingHost['configure'] = (settings = options.settings ?? '', repository = {}) =>
    host.configure(`${control}${settings}`, { url: host.bare, ...repository });
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-C', host.bare, ...words], { encoding: 'utf8' });
  configure();
  const receive = (...args: readonly string[]) => host.call('receive', ...args, '--config', host.config);
  expect(host.once()).toMatchObject({ exit: 0, stderr: '' });
  expect(receive('install')).toMatchObject({ exit: 0, stderr: '' });
  const state = () => ({
    php: host.identity(host.php.envPath),
    shell: host.identity(host.shellPath),
    reloads: host.php.reloadsSeen(),
    refs: git('for-each-ref'),
    objects: git('count-objects', '-v'),
  });
  return { host, socket, configure, receive, state };
}

/** Whether a repository has an object. */
export function hasObject(gitdir: string, oid: string): boolean {
  try {
    execFileSync('git', ['-C', gitdir, 'cat-file', '-e', oid], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
