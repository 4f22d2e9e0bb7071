import { readFileSync } from 'node:fs';
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
