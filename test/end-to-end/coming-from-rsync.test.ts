import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RealHost } from './real-host.ts';

const OLD_PHP = '; pushed\nenv[A] = old\nenv[ONLY_THERE] = "x"\n';
const OLD_SHELL = 'export A=old\numask 022\n';

/** What the old central host did at each event: its directory, over what stands on the host. */
function push(host: RealHost): void {
  const from = join(host.directory, 'php_env');
  mkdirSync(from, { recursive: true });
  writeFileSync(join(from, 'juanpi_php_env.conf'), OLD_PHP);
  writeFileSync(join(from, 'shell_env.sh'), OLD_SHELL);
  execFileSync('rsync', ['-a', join(from, 'juanpi_php_env.conf'), host.php.envPath]);
  execFileSync('rsync', ['-a', join(from, 'shell_env.sh'), host.shellPath]);
}

/** Where the history says that the content of a file is kept, oldest first. */
function keptAt(host: RealHost, path: string): readonly string[] {
  const { stdout } = host.call('history', '--diff', '--json', '--config', host.config);
  const lines: readonly { shown: readonly { path: string; keptAt: string }[] }[] = JSON.parse(stdout);
  return lines.flatMap(({ shown }) => shown.filter((each) => each.path === path).map((each) => each.keptAt));
}

test('a host goes over from rsync, is pushed to all the same, and goes back with what it had', async () => {
  const host = await RealHost.start();
  push(host);
  const look = host.call('plan', '--detailed-exitcode', '--config', host.config);
  expect([look.exit, host.phpFile(), host.shellFile()]).toEqual([2, OLD_PHP, OLD_SHELL]);

  expect(host.once()).toMatchObject({ exit: 0, stderr: '' });
  expect(await host.ask('A')).toBe('one');
  const [phpFile, shellFile] = [host.phpFile(), host.shellFile()];

  push(host);
  const reloads = host.php.reloadsSeen();
  expect(host.once()).toMatchObject({ exit: 0, stderr: '' });
  expect([host.phpFile(), host.shellFile()]).toEqual([phpFile, shellFile]);
  expect(await host.ask('A')).toBe('one');
  expect(host.php.reloadsSeen()).toBe(reloads); // nobody had php-fpm read it
  expect(keptAt(host, host.php.envPath).length).toBe(2);

  const pause = ['--reason', 'the old push once more', '--for', '1h'];
  expect(host.call('pause', ...pause, '--config', host.config)).toMatchObject({ exit: 0 });
  push(host);
  expect(host.once()).toMatchObject({ exit: 0, stdout: '', stderr: '' });
  expect([host.phpFile(), host.shellFile()]).toEqual([OLD_PHP, OLD_SHELL]);

  const [before = ''] = keptAt(host, host.shellPath);
  expect(readFileSync(before, 'utf8')).toBe(OLD_SHELL);
});
