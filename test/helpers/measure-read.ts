import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readMemoryKib } from './process-memory.ts';
import { descendantsOf } from './server-process.ts';

export interface MeasuredSource {
  /** File below src/ and the name of what makes a source there, and what that gets. */
  readonly module: string;
  readonly factory: string;
  readonly options: unknown;
}

/** How it ended; `code` is null when it was read. */
export interface MeasuredOutcome {
  readonly code: string | null;
  readonly message: string;
  readonly files: readonly string[];
  readonly rejected: readonly { readonly path: string; readonly why: string }[];
}

const ROOT = join(import.meta.dirname, '..', '..');
const CHILD = join(ROOT, 'test', 'fixtures', 'programs', 'read-source.ts');

/** Reads what is live in a process of its own. The memory is that of the largest process: that one or a git of it. */
export async function measureRead(
  source: MeasuredSource,
): Promise<{ readonly outcome: MeasuredOutcome; readonly maxRssBytes: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, JSON.stringify(source)], {
    cwd: ROOT,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let maxRssBytes = 0;
  const look = (): void => {
    const family = [child.pid ?? 0, ...descendantsOf(child.pid ?? 0)];
    maxRssBytes = Math.max(maxRssBytes, ...family.map(readPeakMemory));
  };
  const timer = setInterval(look, 10);
  const output = await text(child.stdout);
  clearInterval(timer);
  return { outcome: JSON.parse(output), maxRssBytes };
}

/** The most that it ever had, in bytes. */
function readPeakMemory(pid: number): number {
  try {
    return readMemoryKib(pid, 'VmHWM') * 1024;
  } catch {
    return 0; // it ended while we looked
  }
}
