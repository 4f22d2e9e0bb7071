import type { Lock, Release } from '../../../src/ports.ts';

/** A lock in memory. Set `held` to act as another process. */
export class FakeLock implements Lock {
  held = false;
  acquisitions = 0;

  acquire(): Release | null {
    if (this.held) return null;
    this.held = true;
    this.acquisitions++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.held = false;
    };
  }
}
