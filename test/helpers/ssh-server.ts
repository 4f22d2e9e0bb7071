import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { findFreePort, isListening } from './free-port.ts';
import type { ServerProcess } from './server-process.ts';
import { descendantsOf, findCommand, startServerProcess } from './server-process.ts';
import { isRoot, temporaryDirectory } from './temporary-directory.ts';

/** It executes itself again for every connection, and for that wants its full path. */
const SSHD = findCommand('sshd');

/** sshd lets in the user of the tests, who needs a shell for that. */
export const hasSshd = SSHD !== null && !/\/(nologin|false)$/.test(userInfo().shell ?? 'nologin');

/** A private sshd that takes one key. */
export interface TestSshd {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The private key that is let in. */
  readonly identityFile: string;
  /** Another one, which is not. */
  readonly strangerFile: string;
  /** Names the host and its first key. */
  readonly knownHostsFile: string;
  /** `ssh://user@host:port/path`, of an absolute path. */
  urlOf(path: string): string;
  /** Lines as in known_hosts for the key that it has now, under its own port or that of something in front of it. */
  hostLine(port?: number): string;
  /** Lets the same keys in with another key of its own, as an impostor would. */
  changeHostKey(): Promise<void>;
  /** Goes back to the key that it had first. */
  restoreHostKey(): Promise<void>;
  log(): string;
  /** The processes that serve connections, by their ids. */
  sessions(): readonly number[];
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface SshdOptions {
  /**
   * Whether git can ask for version 2 of its protocol. Default true, as at hosts of repositories; Debian's own
   * configuration of sshd takes only `LANG` and `LC_*` from clients.
   */
  readonly takesGitProtocol?: boolean;
}

/** Starts sshd on a free port of the loopback; it ends with the test, with all its sessions. */
export async function startSshd({ takesGitProtocol = true }: SshdOptions = {}): Promise<TestSshd> {
  const dir = temporaryDirectory();
  const port = await findFreePort();
  for (const name of ['host', 'impostor', 'client', 'stranger']) makeKey(join(dir, name));
  renameSync(join(dir, 'client.pub'), join(dir, 'authorized_keys'));
  if (isRoot) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 }); // sshd(8): it does not start without it
  mkdirSync(join(dir, 'home'));
  const further = takesGitProtocol ? 'AcceptEnv GIT_PROTOCOL' : '';
  const start = (key: string): Promise<ServerProcess> =>
    startWith(dir, describeServer({ dir, port, key, further }), port);
  const { username } = userInfo();
  let key = 'host';
  let sshd = await start(key);
  const hostLine = (at = port): string =>
    `[127.0.0.1]:${at} ${readFileSync(join(dir, `${key}.pub`), 'utf8')}`;
  const restartWith = async (next: string): Promise<void> => {
    await sshd.stop();
    key = next;
    sshd = await start(key);
  };
  writeFileSync(join(dir, 'known_hosts'), hostLine());
  return {
    host: '127.0.0.1',
    port,
    user: username,
    identityFile: join(dir, 'client'),
    strangerFile: join(dir, 'stranger'),
    knownHostsFile: join(dir, 'known_hosts'),
    urlOf: (path) => `ssh://${username}@127.0.0.1:${port}${path}`,
    hostLine,
    changeHostKey: () => restartWith('impostor'),
    restoreHostKey: () => restartWith('host'),
    sessions: () => descendantsOf(sshd.pid),
    log: () => readFileSync(join(dir, 'sshd.log'), 'utf8'),
    stop: () => sshd.stop(),
    start: () => restartWith(key),
  };
}

interface SshdPlan {
  readonly dir: string;
  readonly port: number;
  /** File name of its own key. */
  readonly key: string;
  readonly further: string;
}

async function startWith(dir: string, text: string, port: number): Promise<ServerProcess> {
  const configuration = join(dir, 'sshd_config');
  writeFileSync(configuration, text);
  const log = join(dir, 'sshd.log');
  return await startServerProcess({
    command: SSHD ?? 'sshd',
    args: ['-D', '-e', '-f', configuration],
    log,
    isReady: () => isListening(port),
  });
}

/**
 * The shell of the user runs the command: bash reads `~/.bashrc` when sshd starts it, and git reads `~/.gitconfig`, so
 * the home directory is an empty one.
 */
function describeServer({ dir, port, key, further }: SshdPlan): string {
  return `
ListenAddress 127.0.0.1
Port ${port}
PidFile none
HostKey ${join(dir, key)}
AuthorizedKeysFile ${join(dir, 'authorized_keys')}
AuthenticationMethods publickey
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PrintMotd no
PermitUserRC no
UseDNS no
MaxStartups 100
SetEnv HOME=${join(dir, 'home')}
${further}
`;
}

function makeKey(path: string): void {
  rmSync(path, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
}
