import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../packaging/release.ts';

const SCRIPT = join(ROOT, 'packaging', 'bootstrap.sh');

function call(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('sh', [SCRIPT, ...args], { encoding: 'utf8' });
  return { exit: status, stdout, stderr };
}

describe('bootstrap.sh', () => {
  test.each(['dash', 'bash', 'mksh'])('can be read by %s', (shell) => {
    expect(spawnSync(shell, ['-n', SCRIPT], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  test('has the line for cron that is among the examples', () => {
    const example = readFileSync(join(ROOT, 'packaging', 'files', 'cron.d'), 'utf8');
    const [line = ''] = example.split('\n').filter((each) => each.startsWith('*'));
    expect(readFileSync(SCRIPT, 'utf8')).toContain(`echo '${line}'`);
  });

  test('tells how it is called', () => {
    const { exit, stdout } = call('--help');
    expect(exit).toBe(0);
    for (const word of ['--package', '--config', '--identity', '--known-hosts', '--mode'])
      expect(stdout).toContain(`  ${word} `);
  });

  test.each([
    [[], '--config is missing'],
    [['--config'], '--config needs a value'],
    [['--config', '/nonexistent'], '/nonexistent cannot be read'],
    [['--config', '/dev/null', '--mode', 'both'], '--mode is daemon, timer, cron or none'],
    [['--konfig', 'x'], 'unknown word --konfig'],
  ] as const)('called with %j ends before it does anything: %s', (args, message) => {
    const { exit, stdout, stderr } = call(...args);
    expect({ exit, stdout }).toEqual({ exit: 64, stdout: '' });
    expect(stderr).toContain(`bootstrap: ${message}\n`);
  });
});

describe('the playbook', () => {
  const folder = join(ROOT, 'packaging', 'ansible');
  const playbook = readFileSync(join(folder, 'playbook.yml'), 'utf8');

  test('uses what ansible-core has, and no collection beside it', () => {
    const modules = [...playbook.matchAll(/^ {6}([a-z_]+\.[a-z_.]+):/gm)].map(([, name = '']) => name);
    expect(modules.length).toBeGreaterThan(8);
    expect(modules.filter((name) => !name.startsWith('ansible.builtin.'))).toEqual([]);
  });

  test('sets every variable that its template and its example of an inventory name', () => {
    const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(j2|ini)$/.test(name),
    );
    const named = texts.flatMap(
      (name) => readFileSync(join(folder, name), 'utf8').match(/reconcile_\w+/g) ?? [],
    );
    const set = [...playbook.matchAll(/^ {4}(reconcile_\w+):/gm)].map(([, name = '']) => name);
    expect([...new Set(named)].filter((name) => !set.includes(name))).toEqual([]);
  });
});
