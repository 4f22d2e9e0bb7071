/** Where the host configuration is looked for when nothing else is said. */
export const DEFAULT_CONFIG_PATH = '/etc/reconcile/config.yaml';

/** Where the ledger lives when the host configuration says nothing else. */
export const DEFAULT_STATE_PATH = '/var/lib/reconcile';
