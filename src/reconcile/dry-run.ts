import { sha256 } from '../core/sha256.ts';
import type { LedgerRecord, ObservedFile } from '../core/types.ts';
import type { FileStore, History, Ledger, Moment, Service } from '../ports.ts';
import type { World } from './world.ts';

/**
 * The same world, in which nothing is written, signalled or locked: a run in it goes through every check and
 * rehearsal and gives the outcome that a real run would have if nothing fails after the swap.
 */
export function dryRun(world: World): World {
  return {
    ...world,
    contact: world.contact === null ? null : dryContact(world.contact),
    // What a run would do, also where it has to wait.
    restraints: { current: () => null },
    files: dryFiles(world.files),
    service: world.service === null ? null : dryService(world.service),
    ledger: dryLedger(world.ledger),
    edits: { keep: () => undefined, find: (edit) => world.edits.find(edit), sweep: () => undefined },
    history: dryHistory(world.history),
    lock: { acquire: () => () => undefined },
  };
}

function dryContact(contact: Moment): Moment {
  return { note: () => undefined, last: () => contact.last() };
}

function dryHistory(history: History): History {
  return { append: () => undefined, read: () => history.read(), last: () => history.last() };
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
    sweep: () => undefined,
    basis: () => service.basis(),
    inspect: () => service.inspect(),
    checkReadiness: (state, bytes) => service.checkReadiness(state, bytes),
    rehearse: (bytes) => service.rehearse(bytes),
    testWith: (bytes) => service.testWith(bytes),
    testLive: () => service.testLive(),
    reload: nothing,
    revive: async () => false,
    prove: nothing,
    diagnose: (bytes) => service.diagnose(bytes),
  };
}

function dryLedger(ledger: Ledger): Ledger {
  const kept = new Map<string, Uint8Array>();
  let written: LedgerRecord | null = null;
  return {
    read: () => written ?? ledger.read(),
    write(record) {
      written = record;
    },
    keep(bytes) {
      const name = sha256(bytes);
      kept.set(name, bytes);
      return name;
    },
    recall: (name) => kept.get(name) ?? ledger.recall(name),
    prune: () => undefined,
  };
}
