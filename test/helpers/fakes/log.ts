import type { Log } from '../../../src/ports.ts';

type Level = Parameters<Log['event']>[0];

export interface LoggedEvent {
  readonly level: Level;
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Remembers every event. */
export class FakeLog implements Log {
  readonly events: LoggedEvent[] = [];

  event(level: Level, name: string, fields: Readonly<Record<string, unknown>>): void {
    this.events.push({ level, name, fields });
  }

  names(): readonly string[] {
    return this.events.map((event) => event.name);
  }
}
