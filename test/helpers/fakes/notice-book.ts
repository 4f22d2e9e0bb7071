import type { NoticeMemory } from '../../../src/core/notice/saved-memory.ts';
import { formatMemory, NO_NOTICES, parseMemory } from '../../../src/core/notice/saved-memory.ts';
import type { NoticeBook } from '../../../src/ports/daemon.ts';

/** A book in memory; what is read went through the form in which it is saved. */
export class FakeNoticeBook implements NoticeBook {
  text = formatMemory(NO_NOTICES);
  writes = 0;
  /** Whether what is written is kept for other processes. */
  isWritable = true;

  read(): NoticeMemory {
    return parseMemory(this.text);
  }

  write(memory: NoticeMemory): boolean {
    this.writes++;
    this.text = formatMemory(memory);
    return this.isWritable;
  }
}
