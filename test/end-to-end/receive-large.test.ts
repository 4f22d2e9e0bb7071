import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMemoryKib } from '../helpers/process-memory.ts';
import { descendantsOf } from '../helpers/server-process.ts';
import type { Pushed } from './pusher.ts';
import { Pusher } from './pusher.ts';
import type { ReceivingHost } from './receiving-host.ts';
import { startReceivingHost } from './receiving-host.ts';

const MINUTES = 5 * 60_000;
const ZEROS = 'head -c 300000000 /dev/zero';
const NOISE = 'head -c 20000000 /dev/urandom';

/** A push of a file with what a command prints, and the most memory that one git of the host held meanwhile (KB). */
async function pushLarge(
  { host }: ReceivingHost,
  command: string,
): Promise<Pushed & { readonly memory: number }> {
  const pusher = await Pusher.clone(host.bare);
  await pusher.git('config', 'core.bigFileThreshold', '1m');
  await pusher.git('config', 'core.compression', '1');
  const words = ['-c', `${command} | git hash-object -w --stdin`];
  const blob = execFileSync('sh', words, { cwd: pusher.path, encoding: 'utf8' }).trim();
  await pusher.git('update-index', '--add', '--cacheinfo', `100644,${blob},env/large.yaml`);
  await pusher.git('commit', '-q', '-m', 'large');
  let memory = 0;
  const timer = setInterval(() => {
    memory = Math.max(memory, ...descendantsOf(process.pid).map(measureReceiver));
  }, 10);
  const pushed = await pusher.push();
  clearInterval(timer);
  return { ...pushed, memory };
}

/** The most that a process which takes objects in has held, proc_pid_status(5); 0 for any other. */
function measureReceiver(pid: number): number {
  try {
    const isReceiver = /unpack-objects|index-pack/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
    return isReceiver ? readMemoryKib(pid, 'VmHWM') : 0;
  } catch {
    return 0; // it ended while we looked
  }
}

const unfinished = ({ host }: ReceivingHost) =>
  readdirSync(join(host.bare, 'objects')).filter((name) => name.startsWith('tmp_'));

describe('a push that is too large is refused, and nothing of it is left', () => {
  test(
    'where one file of 300 MB unfolds from a small pack, which is never held in memory whole',
    async () => {
      const receiving = await startReceivingHost();
      const before = receiving.state();
      const { isTaken, remote, memory } = await pushLarge(receiving, ZEROS);
      expect(remote).toMatch(
        /^ {2}env\/large\.yaml:1:1: .*300000000 bytes, more than 1048576 \[FILE_REJECTED\]$/m,
      );
      expect(isTaken).toBe(false);
      expect(receiving.state()).toEqual(before);
      expect(unfinished(receiving)).toEqual([]);
      expect(memory).toBeGreaterThan(0);
      expect(memory).toBeLessThan(64_000);
    },
    MINUTES,
  );

  test(
    'where the pack has more bytes than `limits.pack_bytes`',
    async () => {
      const receiving = await startReceivingHost({ settings: 'limits:\n  pack_bytes: 5000000\n' });
      const before = receiving.state();
      const { isTaken, said } = await pushLarge(receiving, NOISE);
      expect(said).toContain('pack exceeds maximum allowed size');
      expect(isTaken).toBe(false);
      expect(receiving.state()).toEqual(before);
      expect(unfinished(receiving)).toEqual([]);
    },
    MINUTES,
  );
});
