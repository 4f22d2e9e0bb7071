import { fstatSync } from 'node:fs';

const STDERR = 2;

/**
 * Whether what is written to stderr goes to journald. `journalStream` is the environment variable JOURNAL_STREAM: device and
 * inode of a stream to it, which is inherited also where stderr was redirected since, systemd.exec(5).
 */
export function isJournal(journalStream: string | undefined): boolean {
  if (journalStream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(STDERR, { bigint: true });
    return journalStream === `${dev}:${ino}`;
  } catch {
    return false; // stderr is closed
  }
}
