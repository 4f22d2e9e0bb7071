import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../helpers/wait-for.ts';
import { RealHost } from './real-host.ts';

const IN_SILENCE = { exit: 0, stdout: '', stderr: '' };

/** A host that runs its first commit. */
async function rolledOut(...args: Parameters<typeof RealHost.start>): Promise<RealHost> {
  const host = await RealHost.start(...args);
  expect(host.once()).toMatchObject({ exit: 0, stderr: '' });
  return host;
}

describe('a commit becomes a running environment', () => {
  test('in php-fpm and in a login shell, and git revert takes it back', async () => {
    const host = await rolledOut();
    await host.commit({ 'env/common.yaml': `A: "it's 100% \\"exact\\"\\n\\u4f60\\u597d $x"\n` });
    expect(host.once()).toMatchObject({ exit: 0 });
    const value = `it's 100% "exact"\n你好 $x`;
    expect(await host.ask('A')).toBe(value);
    const shell = spawnSync('dash', ['-c', `. "$1"; printf %s "$A"`, 'dash', host.shellPath], {
      encoding: 'utf8',
    });
    expect(shell.stdout).toBe(value);
    expect(host.php.reloadsSeen()).toBe(2);
    await host.revert();
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(await host.ask('A')).toBe('one');
    expect(host.php.reloadsSeen()).toBe(3);
  });

  test('in every pool of a host that includes the file globally', async () => {
    const pools = [{ name: 'www' }, { name: 'api' }];
    const host = await rolledOut({ layout: 'global', pools, envFile: '' }, '');
    host.configure('names:\n  refuse: []\n');
    writeFileSync(
      host.config,
      readFileSync(host.config, 'utf8').replace('php_fpm:\n', 'php_fpm:\n  pools: [www, api]\n'),
    );
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    expect(host.once()).toMatchObject({ exit: 0 });
    for (const { name } of pools) expect((await host.php.ask(['A'], name)).get('A')).toBe('two');
  });

  test('through a daemonized master, which changes its pid', async () => {
    const host = await rolledOut({ daemonize: true });
    const before = host.php.pid;
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(await host.ask('A')).toBe('two');
    expect(host.php.pid).not.toBe(before);
  });
});

describe('only when it changed', () => {
  test('no change: no write, no signal, no output', async () => {
    const host = await rolledOut();
    const paths = [host.php.envPath, host.shellPath, `${host.state}/ledger.json`, host.state];
    const before = paths.map((path) => host.identity(path));
    for (let pass = 0; pass < 3; pass++) expect(host.once()).toEqual(IN_SILENCE);
    expect(paths.map((path) => host.identity(path))).toEqual(before);
    expect(host.php.reloadsSeen()).toBe(1);
  });

  test('one changed value is exactly one reload, also in passes after it', async () => {
    const host = await rolledOut();
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    const applied = host.once();
    expect(applied.stdout).toContain('two');
    expect(host.once()).toEqual(IN_SILENCE);
    expect(host.php.reloadsSeen()).toBe(2);
  });

  test('a change of the shell file alone is no reload', async () => {
    const host = await rolledOut();
    await host.commit({ 'env/common.yaml': 'A: one\nS: two\n', 'variables.yaml': 'S:\n  files: [shell]\n' });
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(host.shellFile()).toContain("export S='two'\n");
    expect(host.php.reloadsSeen()).toBe(1);
    expect(host.once()).toEqual(IN_SILENCE);
  });

  test.runIf(process.getuid?.() === 0)('mode or owner alone is corrected without a reload', async () => {
    const host = await rolledOut();
    const bytes = host.phpFile();
    chmodSync(host.php.envPath, 0o666);
    chownSync(host.shellPath, 65534, 65534);
    const plan = host.call('plan', '--itemize', '--config', host.config);
    expect(plan.stdout).toContain(`.f...p..... ${host.php.envPath}\n.f....og... ${host.shellPath}\n`);
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(host.phpFile()).toBe(bytes);
    const [php, shell] = [statSync(host.php.envPath), statSync(host.shellPath)];
    expect([php.mode & 0o7777, php.uid, shell.uid, shell.gid]).toEqual([0o600, 0, 0, 0]);
    expect(host.once()).toEqual(IN_SILENCE);
    expect(host.php.reloadsSeen()).toBe(1);
  });

  test('a new commit with equal content is no reload', async () => {
    const host = await rolledOut();
    await host.commit({ 'README.md': 'hello\n', 'env/common.yaml': '# a remark\nA: one\n' });
    expect(host.once()).toEqual(IN_SILENCE);
    expect(host.php.reloadsSeen()).toBe(1);
  });

  test('a hand edit and a deleted file are healed, with a reload only after one that php-fpm has read', async () => {
    const host = await rolledOut();
    const bytes = host.phpFile();
    writeFileSync(host.php.envPath, 'env["A"] = "by hand"\n');
    expect(host.once()).toMatchObject({ exit: 0 });
    rmSync(host.php.envPath);
    expect(host.once()).toMatchObject({ exit: 0 });
    expect([host.phpFile(), host.php.reloadsSeen()]).toEqual([bytes, 1]);
    writeFileSync(host.php.envPath, 'env["A"] = "by hand"\n');
    process.kill(host.php.pid, 'SIGUSR2');
    await waitFor(
      'the hand edit to be live',
      async () => (await host.ask('A').catch(() => null)) === 'by hand',
    );
    expect(host.once()).toMatchObject({ exit: 0 });
    expect([host.phpFile(), await host.ask('A'), host.php.reloadsSeen()]).toEqual([bytes, 'one', 3]);
  });

  test('a dry run and a plan tell the change and touch nothing', async () => {
    const host = await rolledOut();
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    const before = [host.php.envPath, host.shellPath, `${host.state}/ledger.json`].map((path) =>
      host.identity(path),
    );
    const dry = host.once('--dry-run', '--detailed-exitcode');
    expect(dry).toMatchObject({ exit: 2 });
    expect(dry.stdout).toContain('A = two');
    const plan = host.call('plan', '--itemize', '--config', host.config);
    expect(plan.stdout).toContain(`>fc.T...... ${host.shellPath}\n`);
    expect(
      [host.php.envPath, host.shellPath, `${host.state}/ledger.json`].map((path) => host.identity(path)),
    ).toEqual(before);
    expect(host.php.reloadsSeen()).toBe(1);
  });
});

describe('a host whose php-fpm cannot get the variables is told so, before anything is written', () => {
  const GLOBAL = { layout: 'first', envFile: null } as const;

  test.each([
    [
      'no include reads the file',
      {},
      (text: string) => text.replace('fpm.d/juanpi', 'juanpi'),
      'no include line reads',
    ],
    ['the file is included outside of the pools', GLOBAL, (text: string) => text, 'outside of every pool'],
    [
      'a pool is named that does not exist',
      GLOBAL,
      (text: string) => text.replace('php_fpm:', 'php_fpm:\n  pools: [www, ghost]'),
      'pool ghost',
    ],
    [
      'the pool sets one of the variables before',
      { pools: [{ name: 'www', lines: ['env["A"] = "foreign"'] }] },
      (text: string) => text,
      'pool www sets A before',
    ],
    [
      'the pool answers pings with a text of its own',
      { pools: [{ name: 'www', lastLines: ['ping.response = mine'] }] },
      (text: string) => text,
      'pool www sets ping.response after',
    ],
  ] as const)('%s', async (_what, options, edit, message) => {
    const host = await RealHost.start(options);
    writeFileSync(host.config, edit(readFileSync(host.config, 'utf8')));
    const ended = host.once();
    expect([ended.exit, ended.stdout]).toEqual([78, '']);
    expect(ended.stderr).toContain(message);
    expect([existsSync(host.php.envPath), existsSync(host.shellPath)]).toEqual([false, false]);
  });
});

/** Php-fpm's own `-t` passes all of these; each would change or kill the environment. */
const MISSED_BY_PHP_FPM: readonly (readonly [
  string,
  (template: string) => Record<string, string | Uint8Array | null>,
])[] = [
  [
    'a file cut at a line end',
    (t) => template(t.replace('for variable in variables', 'for variable in variables limit: 1')),
  ],
  ['an empty file', () => template('')],
  ['a NUL-filled file', () => template('\0'.repeat(64))],
  ['a UTF-16 file', (t) => ({ [PHP_TEMPLATE]: Buffer.from(t, 'utf16le') })],
  ['a deleted template', () => ({ [PHP_TEMPLATE]: null })],
  ['a NUL in an unquoted value', () => ({ 'env/common.yaml': 'A: "a\\0b"\nB: two\n' })],
  ['a key with =', () => ({ 'env/common.yaml': 'A: one\n"B=C": two\n' })],
  ['a bare constant', (t) => template(`${t}env[B] = E_ALL\n`)],
  ['a value cut at ;', (t) => template(`${t}env[B] = a;b\n`)],
  ['a value or-ed by |', (t) => template(`${t}env[B] = a|b\n`)],
  ['$pool', () => ({ 'env/common.yaml': 'A: one\nB: x$pool\n' })],
  ['$undefined', () => ({ 'env/common.yaml': 'A: one\nB: $undefined\n' })],
  ['a duplicate key', (t) => template(`${t}env["A"] = "again"\n`)],
  ['a [global] header at the end', (t) => template(`${t}[global]\n`)],
  ['an injected listen', (t) => template(`${t}listen = /tmp/other.sock\n`)],
  ['php_admin_value', (t) => template(`${t}php_admin_value[memory_limit] = 1\n`)],
  ['user = root, which kills php-fpm at the reload', (t) => template(`${t}user = root\n`)],
];

const PHP_TEMPLATE = 'templates/juanpi_php_env.conf.liquid';
const template = (text: string) => ({ [PHP_TEMPLATE]: text });

describe('never a broken php-fpm', () => {
  test('everything that php-fpm -t misses is refused: live bytes untouched, php-fpm answers', async () => {
    const host = await rolledOut();
    await host.commit({ 'env/common.yaml': 'A: one\nB: two\n' });
    expect(host.once()).toMatchObject({ exit: 0 });
    const before = host.identity(host.php.envPath);
    const original = readFileSync(
      new URL(`../../config-repo-template/${PHP_TEMPLATE}`, import.meta.url),
      'utf8',
    );
    for (const [what, break_] of MISSED_BY_PHP_FPM) {
      await host.commit({
        [PHP_TEMPLATE]: original,
        'env/common.yaml': 'A: one\nB: two\n',
        ...break_(original),
      });
      const refused = host.once();
      expect([what, refused.exit, refused.stdout]).toEqual([what, 14, '']);
      expect(refused.stderr).toMatch(/\[[A-Z_]+\]/);
      expect([what, host.identity(host.php.envPath), await host.ask('B')]).toEqual([what, before, 'two']);
    }
    expect(host.php.reloadsSeen()).toBe(2);
    await host.commit({ [PHP_TEMPLATE]: original, 'env/common.yaml': 'A: one\nB: three\n' });
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(await host.ask('B')).toBe('three');
  });

  test('a refused value is named with file, line and column', async () => {
    const host = await rolledOut();
    await host.commit({ 'env/common.yaml': 'A: one\nB: $HOME/x\n1C: x\n' });
    const refused = host.once();
    expect(refused.stderr).toContain('env/common.yaml:2:4: ');
    expect(refused.stderr).toContain('env/common.yaml:3:1: ');
  });

  test('a foreign file that is broken blames nobody and is waited for', async () => {
    const host = await rolledOut();
    const foreign = host.php.envPath.replace('juanpi_php_env', 'zz-foreign');
    writeFileSync(foreign, 'this is = not [ a line\n');
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    expect(host.once()).toMatchObject({ exit: 19, stdout: '' });
    expect(await host.ask('A')).toBe('one');
    rmSync(foreign);
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(await host.ask('A')).toBe('two');
  });
});

describe('nobody is blamed for a php-fpm that is ill already', () => {
  test('a stopped master: nothing is written, and the commit is applied when it goes on', async () => {
    const host = await rolledOut();
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    const bytes = host.phpFile();
    process.kill(host.php.pid, 'SIGSTOP');
    const ended = host.once();
    process.kill(host.php.pid, 'SIGCONT');
    expect([ended.exit, host.phpFile()]).toEqual([19, bytes]);
    expect(ended.stderr).toContain('is stopped');
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(await host.ask('A')).toBe('two');
  });

  test('a configuration that is not the one that runs', async () => {
    const host = await RealHost.start();
    const copy = join(host.directory, 'copy.conf');
    writeFileSync(copy, readFileSync(host.php.configPath));
    writeFileSync(host.config, readFileSync(host.config, 'utf8').replace(host.php.configPath, copy));
    const ended = host.once();
    expect([ended.exit, existsSync(host.php.envPath)]).toEqual([19, false]);
    expect(ended.stderr).toContain('somebody answers at');
  });

  test('workers that are all at work: the proof is asked for again, with no second reload', async () => {
    const host = await rolledOut({ pools: [{ name: 'www', children: 1 }] }, 'reload:\n  margin_seconds: 1\n');
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    let isOver = false;
    const busy = [1, 2, 3].map(async () => {
      while (!isOver) await host.php.occupy(1500).catch(() => 0);
    });
    expect(await host.onceBeside()).toBe(18);
    isOver = true;
    await Promise.all(busy);
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(await host.ask('A')).toBe('two');
    expect(host.php.reloadsSeen()).toBe(2);
  });
});

describe('a reload is owed until it is proven', () => {
  test('a reload that does nothing is undone and proven, held, and the next good commit is taken at once', async () => {
    const host = await rolledOut();
    const bytes = host.phpFile();
    // The reload command obeys only while the file says so, as a php-fpm does that cannot take one content over.
    const reload = `grep -q bad ${host.php.envPath} || kill -USR2 $(cat ${host.php.pidPath})`;
    host.configure(`reload:\n  command: [sh, -c, '${reload}']\n  margin_seconds: 1\n`);
    await host.commit({ 'env/common.yaml': 'A: bad\n' });
    const undone = host.once();
    expect(undone).toMatchObject({ exit: 17 });
    expect([host.phpFile(), await host.ask('A')]).toEqual([bytes, 'one']);
    expect(host.once()).toMatchObject({ exit: 16 });
    await host.commit({ 'env/common.yaml': 'A: good\n' });
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(await host.ask('A')).toBe('good');
    expect(host.once()).toEqual(IN_SILENCE);
  });

  test('a reload that kills php-fpm puts the old bytes back and proves the php-fpm that is started again', async () => {
    const host = await rolledOut({ daemonize: true });
    const bytes = host.phpFile();
    const pid = `$(cat ${host.php.pidPath})`;
    const reload = `if grep -q bad ${host.php.envPath}; then kill -9 -- -${pid}; else kill -USR2 ${pid}; fi`;
    const start = `${host.php.binary} -n -D -y ${host.php.configPath}`;
    host.configure(
      `reload:\n  command: [bash, -c, '${reload}']\n  start_command: [sh, -c, '${start}']\n  margin_seconds: 2\n`,
    );
    await host.commit({ 'env/common.yaml': 'A: bad\n' });
    const before = host.php.pid;
    const undone = host.once();
    expect([undone.exit, host.phpFile(), await host.ask('A')]).toEqual([17, bytes, 'one']);
    expect([existsSync(`/proc/${before}`), host.php.pid]).not.toEqual([true, before]);
    expect(host.once()).toMatchObject({ exit: 16 });
    await host.commit({ 'env/common.yaml': 'A: good\n' });
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(await host.ask('A')).toBe('good');
  });

  test('a reload command that never does anything is undone, and proven by the php-fpm that never left', async () => {
    const host = await rolledOut();
    host.configure('reload:\n  command: [sh, -c, "true"]\n  margin_seconds: 1\n');
    const bytes = host.phpFile();
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    expect(host.once()).toMatchObject({ exit: 17 });
    expect([host.phpFile(), await host.ask('A'), host.php.reloadsSeen()]).toEqual([bytes, 'one', 1]);
    expect(host.once()).toMatchObject({ exit: 16 });
  });
});

describe('secrets are shown to nobody', () => {
  test('a changed secret is seen to change, and its value in no output', async () => {
    const host = await rolledOut();
    const declared = { 'variables.yaml': 'TOKEN:\n  secret: true\n  files: [php-fpm]\n' };
    await host.commit({ ...declared, 'env/common.yaml': 'A: one\nTOKEN: hunter2-first\n' });
    const first = host.once('--verbose');
    await host.commit({ 'env/common.yaml': 'A: one\nTOKEN: hunter2-second\n' });
    const plan = host.call('plan', '--json', '--config', host.config);
    const second = host.once('--verbose');
    const status = host.call('status', '--json', '--config', host.config);
    const everything = [first, plan, second, status].map((ended) => ended.stdout + ended.stderr).join('');
    expect(everything).not.toContain('hunter2');
    expect(second.stdout).toMatch(/TOKEN = \*\*\* [0-9a-f]{8}/);
    expect(readFileSync(`${host.state}/ledger.json`, 'utf8')).not.toContain('hunter2');
    expect(await host.ask('TOKEN')).toBe('hunter2-second');
  });

  test('a secret for a file that everybody can read is refused', async () => {
    const host = await rolledOut();
    await host.commit({ 'variables.yaml': 'A:\n  secret: true\n' });
    expect(host.once()).toMatchObject({ exit: 14 });
  });
});
