/** Why a run is asked for. */
export type Reason = 'start' | 'poll' | 'webhook' | 'push' | 'drift' | 'signal' | 'request';
