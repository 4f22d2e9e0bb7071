import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findFreePort, isListening } from '../test/helpers/free-port.ts';
import type { TestPhpFpm } from '../test/helpers/php-fpm.ts';
import { startServerProcess } from '../test/helpers/server-process.ts';
import { temporaryDirectory } from '../test/helpers/temporary-directory.ts';

const EVENTS = '-mrq -e modify,delete,create';

/**
 * What was there before: one directory that people edit, a loop that copies it at each event to every address, one after
 * the other, and a loop on every host that reloads php-fpm at each event. Gives the file that people edit.
 */
export async function startOldSystem(hosts: readonly TestPhpFpm[]): Promise<string> {
  const directory = temporaryDirectory();
  const source = join(directory, 'php_env');
  mkdirSync(source);
  const port = await startRsync(directory, hosts);
  const password = join(directory, 'password');
  writeFileSync(password, 'secret\n', { mode: 0o600 });
  const to = `rsync://php@127.0.0.1:${port}`;
  const copy = `for n in ${hosts.map((_, i) => i).join(' ')}; do rsync -a --password-file=${password} ${source}/ ${to}/env_$n; done`;
  startLoop(source, copy);
  for (const php of hosts) startLoop(dirname(php.envPath), `kill -USR2 $(cat ${php.pidPath})`);
  return join(source, 'juanpi_php_env.conf');
}

/** One daemon with a module for each host stands for a daemon on each. */
async function startRsync(directory: string, hosts: readonly TestPhpFpm[]): Promise<number> {
  const port = await findFreePort();
  const secrets = join(directory, 'rsyncd.secrets');
  writeFileSync(secrets, 'php:secret\n');
  chmodSync(secrets, 0o600);
  const modules = hosts.map(
    (php, i) =>
      `[env_${i}]\npath = ${dirname(php.envPath)}\nauth users = php\nsecrets file = ${secrets}\nhosts allow = 127.0.0.1\n`,
  );
  const configuration = join(directory, 'rsyncd.conf');
  const settings = `uid = root\ngid = root\nread only = false\nuse chroot = false\npid file = ${directory}/rsyncd.pid\n`;
  writeFileSync(configuration, `${settings}${modules.join('')}`);
  await startServerProcess({
    command: 'rsync',
    args: ['--daemon', '--no-detach', '--address=127.0.0.1', `--port=${port}`, `--config=${configuration}`],
    log: join(directory, 'rsyncd.log'),
    isReady: () => isListening(port),
  });
  return port;
}

/** As it was written: whatever happens while it works is read from the pipe afterwards, event by event. */
function startLoop(watched: string, work: string): void {
  const script = `inotifywait ${EVENTS} ${watched} | while read event; do ${work}; done`;
  const loop = spawn('bash', ['-c', script], { detached: true, stdio: 'ignore' });
  onTestFinished(() => {
    if (loop.pid !== undefined) process.kill(-loop.pid, 'SIGKILL');
  });
}
