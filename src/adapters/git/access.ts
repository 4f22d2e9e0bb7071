import type { SnapshotLimits } from '../snapshot-rules.ts';

/** How this host shows at a server who it is, and how it knows the server. All paths are absolute; null: not set. */
export interface Access {
  /** Name beside the token in HTTP basic authentication. */
  readonly username: string;
  /** One line; read at each use, so that it can be renewed at any time. */
  readonly tokenFile: string | null;
  /** PEM; null: the certificate authorities of the system. */
  readonly caFile: string | null;
  /** Private key for SSH. */
  readonly identityFile: string | null;
  /** Null: ssh's own files. */
  readonly knownHostsFile: string | null;
  /** How long a connection of ssh is kept for the next call; 0: not at all. */
  readonly keptSeconds: number;
  /** `http_proxy`, `https_proxy`, `no_proxy` and their like in capitals, as the environment has them. */
  readonly proxies: Readonly<Record<string, string>>;
}

/** Bounds of what is taken from a server. */
export interface FetchLimits extends SnapshotLimits {
  /** Longest time of one conversation with a server. */
  readonly fetchMs: number;
}
