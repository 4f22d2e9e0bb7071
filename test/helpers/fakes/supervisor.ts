import type { Supervisor } from '../../../src/ports/daemon.ts';

type State = Parameters<Supervisor['tell']>[0];

/** Remembers what it was told, and whether it was closed. */
export class FakeSupervisor implements Supervisor {
  readonly intervalMs: number | null;
  readonly told: State[] = [];
  isClosed = false;

  constructor(intervalMs: number | null = null) {
    this.intervalMs = intervalMs;
  }

  tell(state: State): void {
    this.told.push(state);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}
