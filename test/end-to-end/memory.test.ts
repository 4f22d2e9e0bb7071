import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { waitFor } from '../helpers/wait-for.ts';
import { RealHost } from './real-host.ts';

test('a branch that was forced back is refused, and taken when its tip is accepted by name', async () => {
  const host = await RealHost.start();
  const first = await host.commit({ 'env/common.yaml': 'A: one\n' });
  expect(host.once()).toMatchObject({ exit: 0 });
  await host.commit({ 'env/common.yaml': 'A: two\n' });
  expect(host.once()).toMatchObject({ exit: 0 });
  await host.rewind(first);
  const refused = host.once();
  expect([refused.exit, await host.ask('A')]).toEqual([15, 'two']);
  expect(refused.stderr).toContain('[SOURCE_REWOUND]');
  expect(host.call('accept-rewind', 'main', '--config', host.config)).toMatchObject({ exit: 64 });
  expect(host.call('accept-rewind', first, '--config', host.config)).toMatchObject({ exit: 0 });
  expect(host.once()).toMatchObject({ exit: 0 });
  expect(await host.ask('A')).toBe('one');
});

test('the history tells each change once, for people and for programs', async () => {
  const host = await RealHost.start();
  const first = host.once();
  expect(first).toMatchObject({ exit: 0 });
  await host.commit({ 'env/common.yaml': 'A: two\n' });
  host.once();
  host.once();
  const text = host.call('history', '--config', host.config);
  expect(text.stdout.match(/php-fpm reloaded and proven/g)).toHaveLength(2);
  expect(text.stdout).toContain(`>fc.T...... ${host.php.envPath}`);
  const lines = JSON.parse(host.call('history', '--json', '--config', host.config).stdout);
  expect(lines).toMatchObject([{ isBound: true }, { isBound: true }]);
});

test('a hand edit that is put back is kept, and shown with nothing of it that is secret', async () => {
  const host = await RealHost.start();
  await host.commit({
    'env/common.yaml': 'A: one\nTOKEN: hunter2\n',
    'variables.yaml': 'TOKEN:\n  secret: true\n  files: [php-fpm]\n',
  });
  host.once();
  const edit = 'env[A] = by hand\nenv[TOKEN] = hunter3\nenv[OTHER] = hunter4\n';
  writeFileSync(host.php.envPath, edit);
  writeFileSync(host.shellPath, "export A='hunter2'\n");
  expect(host.once()).toMatchObject({ exit: 0 });
  const short = host.call('history', '--config', host.config).stdout;
  expect(short).toContain(`a hand edit of ${host.php.envPath} was replaced; \`reconcile history --diff\``);
  const { stdout } = host.call('history', '--diff', '--config', host.config);
  expect(stdout).toMatch(/- A = one\n.*\+ A = by hand\n/s);
  expect(stdout).toMatch(/\+ TOKEN = \*\*\* [0-9a-f]{8}\n {4}\+ OTHER = \*\*\* [0-9a-f]{8}\n/);
  const [, kept = ''] = /env\.conf was replaced; it is kept in (\S+),/.exec(stdout) ?? [];
  expect(readFileSync(kept, 'utf8')).toBe(edit);
  const json = host.call('history', '--diff', '--json', '--config', host.config).stdout;
  expect(JSON.parse(json).at(-1).shown).toMatchObject([{ path: host.php.envPath }, { path: host.shellPath }]);
  for (const text of [short, stdout, json]) expect(text).not.toContain('hunter');
});

test('a run that hangs is ended at its deadline with all that it started, and the next one finishes', async () => {
  const host = await RealHost.start();
  const marker = `${host.directory}/sleeping`;
  host.configure(
    `reload:\n  command: [sh, -c, 'echo $$ > ${marker}; sleep 300']\n  margin_seconds: 200\nlimits:\n  run_seconds: 3\n`,
  );
  expect(host.once()).toMatchObject({ exit: 18, stderr: expect.stringContaining('[DEADLINE]') });
  const pid = Number(readFileSync(marker, 'utf8'));
  await waitFor('the command to be gone', () => !isAlive(pid));
  host.configure('');
  expect(host.once()).toMatchObject({ exit: 0 });
  expect([await host.ask('A'), host.php.reloadsSeen()]).toEqual(['one', 1]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // no such process
  }
}
