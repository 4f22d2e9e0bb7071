import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FencedBlock } from '../docs/markdown.ts';
import { readFencedBlocks } from '../docs/markdown.ts';
import { ROOT, readPage } from '../docs/pages.ts';
import type { TestPhpFpm } from '../helpers/php-fpm.ts';
import { startPhpFpm } from '../helpers/php-fpm.ts';

const [, section = ''] = readPage('README.md').text.split('## A complete example\n');
const example = readFencedBlocks(section.split('\n## ')[0] ?? '');
const blocksOf = (language: string): readonly FencedBlock[] =>
  example.filter((block) => block.language === language);

/** A host whose paths lie in a scratch directory; the php-fpm is real. */
class ScratchHost {
  readonly #directory = mkdtempSync(join(tmpdir(), 'test-readme-'));
  readonly #php: TestPhpFpm;

  constructor(php: TestPhpFpm) {
    this.#php = php;
    chmodSync(this.#directory, 0o711);
    onTestFinished(() => rmSync(this.#directory, { recursive: true, force: true }));
    for (const path of ['bin', 'srv', 'etc', 'etc/reconcile', 'etc/profile.d', 'var']) {
      mkdirSync(join(this.#directory, path), { mode: 0o755 });
    }
    const program = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'dist', 'main.js')}' "$@"\n`;
    writeFileSync(join(this.#directory, 'bin', 'reconcile'), program, { mode: 0o755 });
  }

  /** The text of the page with the paths of this host. */
  localize(text: string): string {
    return text
      .replaceAll('/etc/php/8.2/fpm/pool.d/', `${this.#php.dir}/fpm.d/`)
      .replaceAll('/etc/php/8.2/fpm/php-fpm.conf', this.#php.configPath)
      .replaceAll('/usr/sbin/php-fpm8.2', this.#php.binary)
      .replaceAll(/\/(etc|srv)\//g, `${this.#directory}/$1/`)
      .replaceAll('PATH=', `PATH=${this.#directory}/bin:`);
  }

  write(path: string, text: string): void {
    writeFileSync(this.localize(path), this.localize(text));
  }

  /** Runs a block in one shell that stops at the first failure. */
  run(script: string, environment: NodeJS.ProcessEnv = process.env) {
    const own = {
      PATH: `${this.#directory}/bin:${environment.PATH}`,
      RECONCILE_CONFIG: `${this.#directory}/etc/reconcile/config.yaml`,
      RECONCILE_STATE: `${this.#directory}/var/reconcile`,
      RECONCILE_LOCK: `${this.#directory}/var/run/lock`,
      GIT_CONFIG_GLOBAL: '/dev/null',
      ...Object.fromEntries(
        ['AUTHOR', 'COMMITTER'].flatMap((who) => [
          [`GIT_${who}_NAME`, 'test'],
          [`GIT_${who}_EMAIL`, 'test@localhost'],
        ]),
      ),
    };
    const options = { cwd: this.#directory, env: { ...environment, ...own }, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-euc', this.localize(script)], options);
    return { exit: status, stdout, stderr };
  }

  /** getenv() in a worker, and how often php-fpm was reloaded. */
  async look(name: string) {
    return { value: (await this.#php.ask([name])).get(name), reloads: this.#php.reloadsSeen() };
  }
}

/** What GREETING is in php-fpm, and how many reloads there were, after each block that calls `reconcile --once`. */
const EXPECTED = [
  { value: null, reloads: 1 },
  { value: "it's 100% exact", reloads: 2 },
  { value: null, reloads: 3 },
];

test('the example of the README runs as it stands there, on a real php-fpm', async () => {
  const php = await startPhpFpm({ envFile: null, layout: 'global', processControlTimeout: '10s' });
  const host = new ScratchHost(php);
  const seen: unknown[] = [];
  for (const [index, { language, info, text }] of example.entries()) {
    if (language === 'yaml') host.write(info, text);
    if (language !== 'sh' || info === 'install') continue;
    const ended = host.run(text);
    expect(ended, text).toMatchObject({ exit: 0 });
    const shown = example[index + 1];
    if (shown?.language === 'text') expect(ended.stdout).toBe(shown.text);
    if (text.includes('reconcile --once')) seen.push(await host.look('GREETING'));
  }
  expect(seen).toEqual(EXPECTED);

  const [cron] = blocksOf('cron');
  const command = (cron?.text ?? '').replace(/^(\S+ ){5}root /, '').trimEnd();
  expect(host.run(command, { PATH: '/usr/bin:/bin' }), 'cron is silent when nothing changed').toEqual({
    exit: 0,
    stdout: '',
    stderr: '',
  });
});

test('the cron line is one line of crontab(5) with a user', () => {
  expect(blocksOf('cron').map(({ info }) => info)).toEqual(['/etc/cron.d/reconcile']);
  expect(blocksOf('cron')[0]?.text).toMatch(/^(\S+ ){5}root PATH=\S+ reconcile --once\n$/);
});
