import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkReceiving } from '../../../src/adapters/git/check-receiving.ts';
import { openReceivingRepository } from '../../../src/adapters/git/receiving-repository.ts';
import { planInstallation, planRemoval } from '../../../src/core/receive/plan-installation.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { isRoot, temporaryDirectory } from '../../helpers/temporary-directory.ts';

const WANTED = {
  self: ['/usr/bin/node', '/usr/bin/reconcile'],
  configPath: '/etc/reconcile/config.yaml',
  settings: [],
  packBytes: 1000,
} as const;

/** A bare repository with these options of `git init`. */
function makeBare(...options: readonly string[]): string {
  const gitdir = join(temporaryDirectory(), 'config.git');
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', ...options, gitdir]);
  return gitdir;
}

const install = (gitdir: string) =>
  openReceivingRepository(gitdir).change((found) => planInstallation(found, WANTED));
const remove = (gitdir: string) =>
  openReceivingRepository(gitdir).change((found) => planRemoval(found).changes);

/** Path → kind, mode, owner and bytes of all that is there. */
function listAll(directory: string): Readonly<Record<string, string>> {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const { mode, uid, gid } = statSync(join(directory, path));
      const isFile = statSync(join(directory, path)).isFile();
      const bytes = isFile ? readFileSync(join(directory, path), 'latin1') : '';
      return [path, `${mode.toString(8)} ${uid} ${gid} ${bytes}`];
    }),
  );
}

const settingOf = (gitdir: string, name: string) =>
  execFileSync('git', ['-C', gitdir, 'config', name], { encoding: 'utf8' }).trim();

describe('a bare repository', () => {
  test('gets settings that git obeys, and hooks that it runs', () => {
    const gitdir = makeBare();
    install(gitdir);
    const names = ['denyNonFastForwards', 'denyDeletes', 'fsckObjects', 'maxInputSize', 'autogc'];
    expect(names.map((name) => settingOf(gitdir, `receive.${name}`))).toEqual([
      'true',
      'true',
      'true',
      '1000',
      'false',
    ]);
    expect(settingOf(gitdir, 'core.hooksPath')).toBe('hooks');
    expect(statSync(join(gitdir, 'hooks/pre-receive')).mode & 0o7777).toBe(0o755);
    expect(install(gitdir)).toEqual([]);
  });

  test.each<[string, readonly string[], (gitdir: string) => void]>([
    ['as git makes it', [], () => undefined],
    ['without a directory of hooks', ['--template='], () => undefined],
    [
      'with an empty one',
      [],
      (gitdir) =>
        readdirSync(join(gitdir, 'hooks')).forEach((name) => void rmSync(join(gitdir, 'hooks', name))),
    ],
    ['that a group shares', ['--shared=group'], () => undefined],
    [
      'with a configuration without an end of line',
      [],
      (gitdir) => writeFileSync(join(gitdir, 'config'), '[core]\n\tbare = true\n[x]\n\ty = \xff', 'latin1'),
    ],
    ['with a configuration that few may read', [], (gitdir) => chmodSync(join(gitdir, 'config'), 0o600)],
  ])('%s gets back what it was, byte for byte', (_what, options, prepare) => {
    const gitdir = makeBare(...options);
    prepare(gitdir);
    const before = listAll(gitdir);
    expect(install(gitdir).length).toBeGreaterThan(0);
    expect(listAll(gitdir)).not.toEqual(before);
    remove(gitdir);
    expect(listAll(gitdir)).toEqual(before);
    expect(remove(gitdir)).toEqual([]);
  });

  test('keeps what others have put there meanwhile', () => {
    const gitdir = makeBare('--template=');
    install(gitdir);
    execFileSync('git', ['-C', gitdir, 'config', 'include.path', 'other']);
    execFileSync('git', ['-C', gitdir, 'config', 'receive.certNonceSeed', 'x']);
    writeFileSync(join(gitdir, 'hooks', 'update'), 'theirs');
    remove(gitdir);
    expect(readFileSync(join(gitdir, 'hooks', 'update'), 'utf8')).toBe('theirs');
    expect(settingOf(gitdir, 'receive.certNonceSeed')).toBe('x');
    expect(settingOf(gitdir, 'include.path')).toBe('other');
  });

  test('with a hook of somebody else is not touched at all', () => {
    const gitdir = makeBare();
    writeFileSync(join(gitdir, 'hooks', 'post-receive'), '#!/bin/sh\n', { mode: 0o755 });
    const before = listAll(gitdir);
    expect(() => install(gitdir)).toThrow('hooks/post-receive');
    expect(listAll(gitdir)).toEqual(before);
  });

  test('whose configuration somebody is changing is left alone', () => {
    const gitdir = makeBare();
    writeFileSync(join(gitdir, 'config.lock'), '');
    const before = listAll(gitdir);
    expect(() => install(gitdir)).toThrow('config.lock');
    expect(listAll(gitdir)).toEqual(before);
  });

  test.runIf(isRoot)('of another user stays his', () => {
    const gitdir = makeBare('--template=');
    for (const path of ['', ...readdirSync(gitdir, { recursive: true, encoding: 'utf8' })])
      chownSync(join(gitdir, path), 65534, 65534);
    const before = listAll(gitdir);
    install(gitdir);
    expect(Object.values(listAll(gitdir)).filter((line) => !/^\d+ 65534 65534/.test(line))).toEqual([]);
    remove(gitdir);
    expect(listAll(gitdir)).toEqual(before);
  });
});

describe('it is not safe to put a hook', () => {
  const open = (gitdir: string) => () => openReceivingRepository(gitdir).find();

  test('below a directory in which others may write', () => {
    const gitdir = makeBare();
    chmodSync(join(gitdir, '..'), 0o777);
    expect(open(gitdir)).toThrow('can be written by others');
  });

  test('into a repository in which everybody may write', () => {
    const gitdir = makeBare();
    chmodSync(gitdir, 0o777);
    expect(open(gitdir)).toThrow('can be written by others');
  });

  test('where a link stands in the place of the directory or of the configuration', () => {
    const gitdir = makeBare();
    const elsewhere = temporaryDirectory();
    rmSync(join(gitdir, 'hooks'), { recursive: true });
    symlinkSync(elsewhere, join(gitdir, 'hooks'));
    expect(open(gitdir)).toThrow('is a link');
    rmSync(join(gitdir, 'hooks'));
    renameSync(join(gitdir, 'config'), join(elsewhere, 'config'));
    symlinkSync(join(elsewhere, 'config'), join(gitdir, 'config'));
    expect(open(gitdir)).toThrow('symlink');
    expect(existsSync(join(gitdir, 'config.lock'))).toBe(false);
  });

  test.runIf(isRoot)('below a directory of a third user', () => {
    const gitdir = makeBare();
    chownSync(join(gitdir, '..'), 65533, 65533);
    expect(open(gitdir)).toThrow('belongs to user 65533');
  });
});

describe('pushes cannot be received', () => {
  test('where people would push to a work tree', async () => {
    const gitdir = join(temporaryDirectory(), 'work', '.git');
    execFileSync('git', ['init', '-q', join(gitdir, '..')]);
    expect(await failureOf(checkReceiving(gitdir))).toMatchObject({
      code: 'REPOSITORY_UNUSABLE',
      message: expect.stringMatching(/not bare/),
    });
  });

  test('in a format that cannot be read', async () => {
    const gitdir = makeBare('--object-format=sha256');
    expect(await failureOf(checkReceiving(gitdir))).toMatchObject({
      code: 'REPOSITORY_UNUSABLE',
      message: expect.stringMatching(/sha256/),
    });
  });

  test('where somebody has set up other hooks', async () => {
    const gitdir = makeBare();
    await checkReceiving(gitdir);
    install(gitdir);
    await checkReceiving(gitdir);
    const elsewhere = temporaryDirectory();
    mkdirSync(join(elsewhere, 'hooks'));
    execFileSync('git', ['-C', gitdir, 'config', 'core.hooksPath', join(elsewhere, 'hooks')]);
    expect(await failureOf(checkReceiving(gitdir))).toMatchObject({
      code: 'HOOK_FOREIGN',
      message: expect.stringContaining(elsewhere),
    });
  });
});
