import type { LedgerRecord, ObservedFile } from '../core/types.ts';
import type { FileStore, Ledger, Service } from '../ports.ts';
import type { World } from './world.ts';

/**
 * The same world, in which nothing is written, signalled or locked: a run in it goes through every check and
 * rehearsal and gives the outcome that a real run would have if nothing fails after the swap.
 */
export function dryRun(world: World): World {
  return {
    ...world,
    files: dryFiles(world.files),
    service: world.service === null ? null : dryService(world.service),
    ledger: dryLedger(world.ledger),
    lock: { acquire: () => () => undefined },
  };
}

function dryFiles(files: FileStore): FileStore {
  const installed = new Map<string, ObservedFile>();
  return {
    observe: (path) => installed.get(path) ?? files.observe(path),
    install(changes) {
      for (const { desired } of changes) {
        const { path, bytes, mode, uid, gid } = desired;
        installed.set(path, bytes === null ? { kind: 'absent' } : { kind: 'file', bytes, mode, uid, gid });
      }
    },
    sweep: () => undefined,
  };
}

function dryService(service: Service): Service {
  const nothing = async (): Promise<void> => undefined;
  return {
    inspect: () => service.inspect(),
    checkReadiness: (state, bytes) => service.checkReadiness(state, bytes),
    rehearse: (bytes) => service.rehearse(bytes),
    testWith: (bytes) => service.testWith(bytes),
    testLive: () => service.testLive(),
    reload: nothing,
    revive: nothing,
    prove: nothing,
  };
}

function dryLedger(ledger: Ledger): Ledger {
  let written: LedgerRecord | null = null;
  return {
    read: () => written ?? ledger.read(),
    write(record) {
      written = record;
    },
    keep: () => '',
    recall: (sha256) => ledger.recall(sha256),
    prune: () => undefined,
  };
}
