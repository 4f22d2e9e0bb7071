/** The outside world of a daemon: who asks for runs, who carries them out, and who hears of them. */
import type { Reason } from '../core/daemon/reason.ts';
import type { RunEvent, RunReport } from '../core/daemon/report.ts';
import type { Pause } from '../core/daemon/restraint.ts';
import type { NoticeMemory } from '../core/notice/saved-memory.ts';

/** A pause that somebody asked for, kept on this host. */
export interface Pauses {
  /** Null: none; a damaged one is none. Throws STATE_UNUSABLE. */
  read(): Pause | null;
  /** Durable when the call returns; null takes it away. Throws STATE_UNUSABLE. */
  write(pause: Pause | null): void;
}

/** Asks for runs when something happens in the outside world. */
export interface Trigger {
  /** Never throws: what cannot be watched is told to the log. */
  start(ask: Ask): Watch;
}

/**
 * Asks for a run that begins after this call. The answer is its event; where it found nothing to do, the run that had brought
 * the same commit moments before; null where the daemon waits after a failure.
 */
export type Ask = (reason: Reason) => Promise<RunEvent | null>;

export interface Watch {
  /** Nothing is asked for any more when it settles. Never rejects. */
  stop(): Promise<void>;
}

/** Carries out runs in a process of its own, one at a time. */
export interface Runner {
  /** Never rejects: a run that died is told in its report. */
  run(): Promise<RunReport>;
  /** Makes ready for a run that is likely to be asked for. */
  warm(): void;
  /** No process is left when it settles. Never rejects. */
  close(): Promise<void>;
}

/** Hears of each run, also of those that found nothing to do. */
export interface Listener {
  /** Never throws, and takes no time: what takes some goes on behind. */
  hear(event: RunEvent): void;
  /** Settles within a few seconds, when nothing goes on behind any more. Never rejects. */
  close?(): Promise<void>;
}

/** Takes news to somebody else. */
export interface Notifier<News> {
  /** For the log. */
  readonly name: string;
  /** Null: they were taken. Else why not, in words without a secret; it gives up at the signal. Never rejects. */
  tell(news: News, deadline: AbortSignal): Promise<string | null>;
}

/** What this host remembers of what it told. */
export interface NoticeBook {
  /** Nothing where it is damaged or cannot be read. Never throws. */
  read(): NoticeMemory;
  /** Whether it is kept for other processes as well as for this one. Never throws. */
  write(memory: NoticeMemory): boolean;
}

/** Who started a daemon and watches over it, such as systemd. */
export interface Supervisor {
  /** How often he wants to hear that the daemon turns; null: never. */
  readonly intervalMs: number | null;
  /** Assignments of sd_notify(3), told in the order of the calls. Never throws, and takes no time. */
  tell(state: Readonly<Record<string, string>>): void;
  /** Settles within a few seconds, when all is told. Never rejects. */
  close(): Promise<void>;
}

/** A file of figures, which somebody else collects. */
export interface Textfile {
  /** Replaces it as a whole. Throws an error that names it. */
  write(text: string): void;
}
