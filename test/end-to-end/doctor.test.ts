import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isRoot } from '../helpers/temporary-directory.ts';
import { RealHost } from './real-host.ts';

/** Besides it, a ping path and no more are needed to be sound. */
const SOUND = { processControlTimeout: '10s' } as const;

interface Told {
  readonly ok: boolean;
  readonly findings: readonly { severity: string; code: string; message: string; advice: string }[];
}

/** What `reconcile doctor --json` says; notes are left out: they tell what this machine does not permit. */
function examine(host: RealHost): { exit: number | null; codes: readonly string[]; text: string } {
  const { exit, stdout, stderr } = host.call('doctor', '--json', '--config', host.config);
  expect(stderr).toBe('');
  const { ok, findings }: Told = JSON.parse(stdout);
  expect(ok).toBe(exit === 0);
  const told = findings.filter(({ severity }) => severity !== 'note');
  const text = told.map(({ message, advice }) => `${message}\n${advice}`).join('\n');
  return { exit, codes: told.map(({ code }) => code), text };
}

describe('a host that is set up well', () => {
  test('has nothing to be told but notes, before the first run and after it', async () => {
    const host = await RealHost.start(SOUND);
    expect(examine(host)).toMatchObject({ exit: 0, codes: [] });
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(examine(host)).toMatchObject({ exit: 0, codes: [] });
  });

  test('says so in one line', async () => {
    const host = await RealHost.start(SOUND);
    const { exit, stdout } = host.call('doctor', '--config', host.config);
    const others = stdout.split('\n').filter((line) => !/^(?:note: | {2}|$)/.test(line));
    expect({ exit, others }).toEqual({
      exit: 0,
      others: stdout.startsWith('note: ') ? [] : ['nothing to say: this host is set up well'],
    });
  });

  test('with a global include needs its headers', async () => {
    const host = await RealHost.start({ ...SOUND, layout: 'first' });
    expect(examine(host)).toMatchObject({ exit: 78, codes: ['LAYOUT_WRONG'] });
    const settings = readFileSync(host.config, 'utf8');
    writeFileSync(host.config, settings.replace('php_fpm:\n', 'php_fpm:\n  pools: [www]\n'));
    expect(examine(host)).toMatchObject({ exit: 0, codes: [] });
  });
});

describe('what is weak in php-fpm is told', () => {
  test('a reload that loses requests', async () => {
    const host = await RealHost.start();
    const { exit, codes, text } = examine(host);
    expect({ exit, codes }).toEqual({ exit: 0, codes: ['RELOAD_LOSES_REQUESTS'] });
    expect(text).toContain(`${host.php.configPath}:4: process_control_timeout is 0 s`);
    expect(text).toContain('process_control_timeout = 10s');
  });

  test('pools that do not get the file, cannot prove it, or keep the environment of the master', async () => {
    const pools = [
      { name: 'www', lines: ['clear_env = no'] },
      { name: 'api', pingPath: null },
      { name: 'old', readsEnv: false },
    ];
    const host = await RealHost.start({ ...SOUND, pools });
    const { exit, codes, text } = examine(host);
    expect({ exit, codes }).toEqual({
      exit: 0,
      codes: ['ENVIRONMENT_NOT_CLEARED', 'POOL_NOT_PROVEN', 'POOL_NOT_REACHED'],
    });
    expect(text).toMatch(/php-fpm\.conf:\d+: pool www has clear_env = no/);
    expect(text).toMatch(/php-fpm\.conf:\d+: pool api has no ping\.path/);
    expect(text).toMatch(/php-fpm\.conf:\d+: pool old does not read our file/);
  });

  test('php-fpm that is down', async () => {
    const host = await RealHost.start(SOUND);
    await host.php.kill();
    const { exit, codes, text } = examine(host);
    expect({ exit, codes }).toEqual({ exit: 0, codes: ['SERVICE_ABSENT'] });
    expect(text).toContain(`no php-fpm master runs ${host.php.configPath}`);
  });

  test('workers that have lost their master', async () => {
    const host = await RealHost.start(SOUND);
    process.kill(host.php.pid, 'SIGKILL');
    await expect.poll(() => examine(host).codes).toContain('SERVICE_ORPHANED');
    expect(examine(host).exit).toBe(19);
  });

  test('a master of another configuration that answers in its place', async () => {
    const host = await RealHost.start(SOUND);
    const copy = join(host.directory, 'copy.conf');
    writeFileSync(copy, readFileSync(host.php.configPath));
    writeFileSync(host.config, readFileSync(host.config, 'utf8').replace(host.php.configPath, copy));
    const { exit, codes, text } = examine(host);
    expect({ exit, codes }).toEqual({ exit: 19, codes: ['ENVIRONMENT_BROKEN', 'SERVICE_ABSENT'] });
    expect(text).toContain('somebody answers at');
    expect(text).toContain(`pid ${host.php.pid} (${host.php.configPath})`);
  });

  test('a configuration with which the next reload would end php-fpm', async () => {
    const host = await RealHost.start(SOUND);
    writeFileSync(join(host.php.dir, 'fpm.d', 'broken.conf'), 'env["B"] = ""\n');
    const { exit, codes, text } = examine(host);
    expect({ exit, codes }).toEqual({ exit: 19, codes: ['ENVIRONMENT_BROKEN'] });
    expect(text).toContain('php-fpm -t fails, and a reload would end php-fpm');
  });
});

describe('what is wrong with the places is told', () => {
  test('a file that no pool reads, and where it could stand', async () => {
    const host = await RealHost.start(SOUND);
    const elsewhere = join(host.directory, 'profile.d', 'php.conf');
    writeFileSync(host.config, readFileSync(host.config, 'utf8').replace(host.php.envPath, elsewhere));
    const { exit, codes, text } = examine(host);
    expect({ exit, codes }).toEqual({ exit: 78, codes: ['LAYOUT_WRONG'] });
    expect(text).toContain(`files.php-fpm.path: ${join(dirname(host.php.envPath), 'env.conf')}`);
    rmSync(host.bare, { recursive: true });
    expect(examine(host).codes).toEqual(['SOURCE_UNREACHABLE', 'LAYOUT_WRONG']);
  });

  test('a repository that cannot be read, a destination that is a link, a state directory without a parent', async () => {
    const host = await RealHost.start(SOUND);
    symlinkSync('/dev/null', host.shellPath);
    const settings = readFileSync(host.config, 'utf8');
    writeFileSync(
      host.config,
      settings.replace(host.bare, `${host.bare}.gone`).replace(host.state, '/nowhere/at/all'),
    );
    const { exit, codes } = examine(host);
    expect({ exit, codes }).toEqual({
      exit: 12,
      codes: ['SOURCE_UNREACHABLE', 'DESTINATION_OBSTACLE', 'STATE_UNUSABLE'],
    });
  });

  test('a host that neither the inventory nor its own configuration knows', async () => {
    const host = await RealHost.start(SOUND);
    writeFileSync(host.config, readFileSync(host.config, 'utf8').replace('name: web-1', 'name: web-2'));
    expect(examine(host)).toMatchObject({ exit: 14, codes: ['HOST_UNKNOWN'] });
  });

  test('a configuration that cannot be used, and which places this host has', async () => {
    const host = await RealHost.start(SOUND);
    writeFileSync(host.config, 'repositry: {}\n');
    const { exit, codes, text } = examine(host);
    expect({ exit, codes }).toEqual({ exit: 78, codes: ['CONFIG_INVALID'] });
    expect(text).toContain('repositry');
  });

  test('an access list that a replaced file would lose', async () => {
    const host = await RealHost.start(SOUND);
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(spawnSync('setfacl', ['--modify', 'user:daemon:r', host.shellPath]).status).toBe(0);
    const { codes, text } = examine(host);
    expect(codes).toEqual(['ACCESS_LIST_LOST']);
    expect(text).toContain(host.shellPath);
  });
});

test.skipIf(!isRoot)('what is not permitted here is told as a note', async () => {
  const host = await RealHost.start(SOUND);
  const main = join(import.meta.dirname, '..', '..', 'dist', 'main.js');
  const args = [
    '--bounding-set',
    '-sys_admin',
    '--',
    process.execPath,
    main,
    'doctor',
    '--config',
    host.config,
  ];
  const { status, stdout } = spawnSync('setpriv', args, { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toContain('note: a private mount namespace is not permitted');
});

describe('it changes nothing', () => {
  const names = (directory: string) => readdirSync(directory).sort();

  test('on a host without a first run: no file, no state directory, no lock', async () => {
    const host = await RealHost.start();
    const places = [host.directory, join(host.directory, 'var'), join(host.directory, 'tmp'), host.php.dir];
    const before = places.map(names);
    examine(host);
    expect(places.map(names)).toEqual(before);
    expect(existsSync(host.state)).toBe(false);
    expect(host.php.reloadsSeen()).toBe(0);
  });

  test('on a host at work: files, ledger and php-fpm stay as they are, a damaged ledger as well', async () => {
    const host = await RealHost.start();
    expect(host.once()).toMatchObject({ exit: 0 });
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    const ledger = join(host.state, 'ledger.json');
    for (const content of [readFileSync(ledger), 'damaged']) {
      writeFileSync(ledger, content);
      const paths = [host.php.envPath, host.shellPath, host.state, ledger, host.php.configPath];
      const before = paths.map((path) => host.identity(path));
      const workers = await host.php.ask(['A']);
      examine(host);
      expect(paths.map((path) => host.identity(path))).toEqual(before);
      expect(await host.php.ask(['A'])).toEqual(workers);
    }
    expect(host.php.reloadsSeen()).toBe(1);
  });
});

describe('secrets of the host are looked at', () => {
  test('those that everybody can read, and those that no sender has', async () => {
    const host = await RealHost.start(SOUND);
    const secret = join(host.directory, 'secret');
    writeFileSync(secret, `${'a secret '.repeat(4)}\n`, { mode: 0o644 });
    const configure = (sender: string) =>
      host.configure(`listen: {port: 9480}\nwebhook: {sender: ${sender}, secret_file: ${secret}}\n`);
    configure('github');
    expect(examine(host)).toMatchObject({ exit: 0, codes: ['SECRET_FILE_OPEN'] });
    chmodSync(secret, 0o640);
    expect(examine(host)).toMatchObject({ exit: 0, codes: [] });
    configure('gitlab-signed');
    const { exit, codes, text } = examine(host);
    expect({ exit, codes }).toEqual({ exit: 78, codes: ['CONFIG_INVALID'] });
    expect(text).toContain(`${secret}: no secret of GitLab (signing token) looks so`);
    expect(text).not.toContain('a secret a');
  });

  test('the URLs of services that are told of runs, which are secrets as well', async () => {
    const host = await RealHost.start(SOUND);
    const [url, token] = ['url', 'token'].map((name) => join(host.directory, name)) as [string, string];
    writeFileSync(url, 'http://hooks.example.org/verysecret\n', { mode: 0o644 });
    host.configure(
      `notify: {slack: {url_file: ${url}}}\ncommit_status: {forge: github, token_file: ${token}, url: "https://api.github.com/repos/a/b"}\n`,
    );
    const { exit, codes, text } = examine(host);
    expect({ exit, codes }).toEqual({
      exit: 78,
      codes: ['CONFIG_INVALID', 'CONFIG_INVALID', 'SECRET_FILE_OPEN'],
    });
    expect(text).toContain(`the URL in ${url} cannot be used: it is a URL of http`);
    expect(text).toContain(`cannot read the token from ${token}: no such file or directory`);
    expect(text).not.toContain('verysecret');
    writeFileSync(url, 'https://hooks.example.org/verysecret\n');
    chmodSync(url, 0o600);
    writeFileSync(token, 'verysecret\n', { mode: 0o600 });
    expect(examine(host)).toMatchObject({ exit: 0, codes: [] });
  });
});
