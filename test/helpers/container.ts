import type { Ended } from '../end-to-end/real-host.ts';
import type { RunOptions } from './private-namespaces.ts';
import { waitFor } from './wait-for.ts';

/** Runs podman with these words, in the session's namespaces. */
export type Podman = (words: readonly string[], options?: RunOptions) => Promise<Ended>;

/** What is started. */
export interface ContainerOptions {
  readonly name: string;
  /** Its first process; null: systemd, as on a real host. */
  readonly command: readonly string[] | null;
  /** Default none. `host`: the one of the session's namespaces, with nothing but a loopback. */
  readonly network?: string;
  /** Files and directories that it gets before it starts: path inside → path on this machine. */
  readonly files?: Readonly<Record<string, string>>;
  /** Further options of podman-run(1). */
  readonly flags?: readonly string[];
}

/** A container that runs. */
export interface Container {
  readonly name: string;
  /** Runs a program in it; no shell is between. */
  exec(words: readonly string[], options?: ExecOptions): Promise<Ended>;
  /** Runs a script of sh(1), which ends at the first failure. Throws where it fails; gives what it printed, trimmed. */
  sh(script: string, options?: ExecOptions): Promise<string>;
  /** Copies a file or directory of this machine into it. */
  copyIn(from: string, to: string): Promise<void>;
  /** What its first process has written on stdout and stderr. */
  logs(): Promise<string>;
  /** Asks its first process to end, waits for it, and gives its exit code; it can be started again. */
  stop(seconds?: number): Promise<number>;
  /** Starts it again, with the files that it had. */
  startAgain(): Promise<void>;
  /** Ends and removes it. */
  remove(): Promise<void>;
}

/** How a program is run in a container. */
export interface ExecOptions {
  readonly input?: string | Uint8Array;
  /** Name or number; default root. */
  readonly user?: string;
  /** Beside the container's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * What systemd needs as the first process: mounts for the units' own namespaces, and processes to look at. Never `--privileged`, by
 * which it would write into this machine's kernel settings.
 */
const FOR_SYSTEMD = ['--systemd=always', '--cap-add=SYS_ADMIN,SYS_PTRACE'];

/** Makes and starts it. With systemd, waits until it has started everything. */
export async function startContainer(
  podman: Podman,
  image: string,
  options: ContainerOptions,
): Promise<Container> {
  const { name, command, network = 'none', files = {}, flags = [] } = options;
  const call = async (words: readonly string[]) => outputOf(words, await podman(words));
  const common = ['--name', name, '--hostname', name, `--network=${network}`];
  const kind = command === null ? FOR_SYSTEMD : [];
  await call(['create', ...common, ...kind, ...flags, image, ...(command ?? ['/sbin/init'])]);
  for (const [to, from] of Object.entries(files)) await call(['cp', from, `${name}:${to}`]);
  const start = async () => {
    await call(['start', name]);
    if (command === null) await waitForSystemd(podman, name);
  };
  await start();
  return openContainer(podman, { name, start });
}

function openContainer(
  podman: Podman,
  { name, start }: { readonly name: string; readonly start: () => Promise<void> },
): Container {
  const call = async (...words: readonly string[]) => outputOf(words, await podman(words));
  const exec = async (words: readonly string[], { input, user = 'root', env = {} }: ExecOptions = {}) => {
    const variables = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
    const call = ['exec', '--interactive', '--user', user, ...variables, name, ...words];
    return await podman(call, input === undefined ? {} : { input });
  };
  return {
    name,
    exec,
    sh: async (script, options) => outputOf([name, script], await exec(['sh', '-euc', script], options)),
    copyIn: async (from, to) => void (await call('cp', '--pause=false', from, `${name}:${to}`)),
    logs: async () => {
      const { stdout, stderr } = await podman(['logs', name]);
      return `${stdout}${stderr}`;
    },
    stop: async (seconds = 30) => {
      await call('stop', '--time', String(seconds), name);
      return Number(await call('inspect', '--format', '{{.State.ExitCode}}', name));
    },
    startAgain: start,
    remove: async () => void (await call('rm', '--force', '--time', '0', name)),
  };
}

async function waitForSystemd(podman: Podman, name: string): Promise<void> {
  let state = '';
  const look = async () => {
    const answer = await podman(['exec', name, 'systemctl', 'is-system-running', '--wait']);
    state = `${answer.stdout}${answer.stderr}`;
    return /^(running|degraded)$/m.test(state);
  };
  await waitFor(`systemd of ${name}`, look, 60_000).catch((error: unknown) => {
    throw new Error(`systemd of ${name} did not come up: ${state}`, { cause: error });
  });
}

/** What a program printed, trimmed; throws with all of it where it failed. */
export function outputOf(words: readonly string[], { exit, stdout, stderr }: Ended): string {
  if (exit !== 0) throw new Error(`${words.join(' ')} ended with ${exit}: ${stderr}${stdout}`);
  return stdout.trim();
}
