import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Ended } from '../end-to-end/real-host.ts';
import { findCommand } from './server-process.ts';

const SCRIPT = join(import.meta.dirname, 'private-namespaces.sh');
const NEEDED = ['podman', 'runc', 'catatonit', 'mmdebstrap', 'unshare', 'nsenter', 'ip'];

/** Mounts, network, processes, /run and control groups of our own, in which podman harms nobody. */
export interface PrivateNamespaces {
  /** Its own; removed with them. */
  readonly directory: string;
  /** Runs a program of this machine in them. */
  run(words: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Ends every process in them, and removes what they left. */
  close(): Promise<void>;
}

/** How a program is run in the namespaces. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads; default nothing. */
  readonly input?: string | Uint8Array;
}

/** Why they cannot be had here, or null. */
export function whyNoNamespaces(): string | null {
  if (process.geteuid?.() !== 0) return 'root is needed';
  const missing = NEEDED.filter((name) => findCommand(name) === null);
  if (missing.length > 0) return `${missing.join(', ')} missing: node scripts/setup.mjs --need packages`;
  const kinds = ['--mount', '--net', '--pid', '--ipc', '--cgroup', '--fork'];
  const mount = 'mount --make-rprivate / && mount -t cgroup2 cgroup2 /mnt';
  const { status, stderr } = spawnSync('unshare', [...kinds, 'sh', '-c', mount], { encoding: 'utf8' });
  return status === 0 ? null : `no private namespaces: ${stderr.trim()}`;
}

/** Opens them. They end with `close`, and with this process, however it ends. `directory` is made, and is theirs. */
export async function openNamespaces(directory: string): Promise<PrivateNamespaces> {
  // A session of its own: the interrupt of a terminal ends this process, and clearing up goes on.
  const holder = spawn('sh', [SCRIPT, directory], { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(holder, 'exit');
  const complaints = text(holder.stderr);
  const first = await Promise.race([once(holder.stdout, 'data'), ended.then(() => null)]);
  const pid = /^ready (\d+)$/m.exec(String(first?.[0] ?? ''))?.[1];
  if (pid === undefined) throw new Error(`no private namespaces: ${await complaints}`);
  return {
    directory,
    run: async (words, options = {}) => await runInside(pid, words, options),
    close: async () => {
      holder.stdin.end();
      const [code] = await ended;
      if (code !== 0) throw new Error(`not all was cleared up: ${await complaints}`);
    },
  };
}

async function runInside(pid: string, words: readonly string[], options: RunOptions): Promise<Ended> {
  const { env = {}, input = '' } = options;
  const enter = ['--target', pid, '--mount', '--net', '--pid', '--ipc', '--cgroup', '--wd=/'];
  const child = spawn('nsenter', [...enter, ...words], {
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {}); // it may end without reading all
  child.stdin.end(input);
  const [stdout, stderr, [exit]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { exit, stdout, stderr };
}
