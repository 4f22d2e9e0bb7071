import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../adapters/clock.ts';
import { controlClient } from '../adapters/control-client.ts';
import { checkReceiving } from '../adapters/git/check-receiving.ts';
import { findGitdir } from '../adapters/git/layout.ts';
import { withPushedObjects } from '../adapters/git/pushed-objects.ts';
import { openReceivingRepository } from '../adapters/git/receiving-repository.ts';
import { filePauses } from '../adapters/pause-file.ts';
import { endPrograms } from '../adapters/processes.ts';
import { hostRestraints } from '../adapters/restraints.ts';
import { SNAPSHOT_LIMITS } from '../adapters/snapshot-rules.ts';
import type { Config } from '../config/config.ts';
import type { Restraint } from '../core/daemon/restraint.ts';
import { ReconcileError } from '../core/errors.ts';
import { describeRemote } from '../core/git/remote.ts';
import type { DaemonControl, ReceivingRepository } from '../ports/receiving.ts';
import type { Environment } from '../quiet.ts';
import type { PushWorld } from '../reconcile/judge-push.ts';
import { openSigners, readConfig } from '../wire.ts';

/** A host as the hooks of its repository see it. */
export interface ReceivingHost {
  readonly config: Config;
  readonly control: DaemonControl;
  /** Path of the socket at which the daemon would listen. */
  readonly socket: string;
  /** Whether this user may carry out runs: root, or the one to whom the state directory belongs. */
  mayRun(): boolean;
  /** What keeps the host from taking new commits, as far as this user may know. */
  findRestraint(): Restraint | null;
  /** Gives `work` what a push is judged by. `environment`: that of the hook. */
  withPush<T>(environment: Environment, work: (world: PushWorld) => Promise<T>): Promise<T>;
  /** Ends every program that was started and has not ended. */
  endPrograms(): void;
}

/** Throws CONFIG_INVALID. `settings`: those that stand above the file, by the names of environment variables. */
export function openReceivingHost(configPath: string, settings: Environment): ReceivingHost {
  const config = readConfig(configPath, settings);
  const { repository, profile: host, state, limits } = config;
  const { tracked } = repository;
  const { socket } = config.listener.control;
  return {
    config,
    control: controlClient(socket),
    socket,
    mayRun: () => [0, ownerOf(state) ?? ownerOf(dirname(state))].includes(process.geteuid?.() ?? 0),
    findRestraint: () => findRestraint(config),
    withPush: async (environment, work) => {
      const gitdir = resolve(environment.GIT_DIR ?? '.'); // git runs hooks in it
      const bounds = { limits: { ...SNAPSHOT_LIMITS, ...limits }, deadlineMs: limits.fetchMs };
      const signers = openSigners(repository.trust);
      return await withPushedObjects({ gitdir, environment, ...bounds }, (objects) =>
        work({ host, tracked, objects, signers }),
      );
    },
    endPrograms,
  };
}

function ownerOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.uid;
}

function findRestraint({ state, windows }: Config): Restraint | null {
  try {
    return hostRestraints(filePauses(state), windows, systemClock).current();
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    return hostRestraints({ read: () => null, write: () => undefined }, windows, systemClock).current();
  }
}

/**
 * The repository of a host configuration, for its owner or root. Throws USAGE where it is on another host,
 * SOURCE_UNREACHABLE and REPOSITORY_UNUSABLE.
 */
export function openReceiving(config: Config): ReceivingRepository {
  return openReceivingRepository(findGitdir(locateRepository(config)));
}

/** Whether people can push to it, and our hooks would be run. Throws REPOSITORY_UNUSABLE and HOOK_FOREIGN. */
export async function checkReceivable(
  { gitdir }: ReceivingRepository,
  environment: Environment,
): Promise<void> {
  await checkReceiving(gitdir, environment.PATH);
}

function locateRepository({ repository }: Config): string {
  const [remote] = repository.remotes;
  if (remote?.kind === 'path') return remote.path;
  if (remote?.kind === 'file') return fileURLToPath(remote.url);
  const where = remote === undefined ? 'nowhere' : describeRemote(remote);
  throw new ReconcileError(
    'USAGE',
    `repository.url is ${where}: people push to that server, and its hooks are its own`,
  );
}
