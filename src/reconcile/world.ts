import type { HostProfile, QuietRecord } from '../core/types.ts';
import type {
  Clock,
  Edits,
  FileStore,
  GitSource,
  History,
  Ledger,
  Lock,
  Log,
  Moment,
  Restraints,
  Service,
  Signers,
} from '../ports.ts';

/** Everything outside the plot, built in one place (wire.ts). A dry run is another world, not another plot. */
export interface World {
  readonly host: HostProfile;
  readonly source: GitSource;
  /** The host's configuration names the commit itself: whoever goes back there does it by name. */
  readonly isPinned: boolean;
  /** Null: whoever may push may deploy. */
  readonly signers: Signers | null;
  /** Null: the repository is on this host. */
  readonly contact: Moment | null;
  readonly restraints: Restraints;
  readonly files: FileStore;
  /** Null on a host that gets no php-fpm file. */
  readonly service: Service | null;
  readonly ledger: Ledger;
  readonly history: History;
  readonly edits: Edits;
  readonly lock: Lock;
  readonly clock: Clock;
  readonly log: Log;
  readonly identity: PassIdentity;
}

/** What must be equal for a later pass to be quiet, besides the commit and the files. `tip`: see QuietRecord. */
export type PassIdentity = Omit<QuietRecord, 'files' | 'source'> & {
  readonly tip: { readonly gitdir: string; readonly ref: string } | null;
};
