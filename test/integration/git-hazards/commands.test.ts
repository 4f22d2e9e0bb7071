import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseRemote } from '../../../src/core/git/remote.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { NO_ACCESS } from '../../helpers/git-places.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import { isRoot, temporaryDirectory } from '../../helpers/temporary-directory.ts';
import {
  content,
  EVERY,
  freshClone,
  hazard,
  MIRRORS,
  makeMarker,
  newer,
  ON_THIS_HOST,
  openAt,
  openSource,
  serve,
  setEnvironment,
  take,
} from './sources.ts';

const HOOKS = ['post-checkout', 'reference-transaction', 'pre-auto-gc', 'post-merge', 'fsmonitor-watchman'];

function writeProgram(path: string, command: string): void {
  writeFileSync(path, `#!/bin/sh\n${command}\n`);
  chmodSync(path, 0o755);
}

hazard('hooks and fsmonitor of the repository', ON_THIS_HOST, async (kind) => {
  const { file, command } = makeMarker();
  const repository = new GitRepository();
  const commit = repository.commit(content);
  const hooks = temporaryDirectory();
  for (const name of HOOKS) {
    mkdirSync(join(repository.gitdir, 'hooks'), { recursive: true });
    for (const folder of [join(repository.gitdir, 'hooks'), hooks]) writeProgram(join(folder, name), command);
  }
  const program = join(hooks, 'program');
  writeProgram(program, `${command}; exec "$@"`);
  const settings = [
    `[core]\n\thooksPath = ${hooks}\n\tfsmonitor = ${program}\n\talternateRefsCommand = ${program}`,
    `\tsshCommand = ${program}\n\taskPass = ${program}\n\tpager = ${program}\n\teditor = ${program}`,
    `[uploadpack]\n\tpackObjectsHook = ${program}\n[credential]\n\thelper = ${program}\n[init]\n\ttemplateDir = ${hooks}\n`,
  ];
  appendFileSync(join(repository.gitdir, 'config'), settings.join('\n'));
  expect(await take(await openSource(kind, repository.gitdir))).toMatchObject({ commit, files: content });
  expect(existsSync(file)).toBe(false);
});

hazard('hooks of the template directory, and of the machine', MIRRORS, async (kind) => {
  const { file, command } = makeMarker();
  const repository = new GitRepository();
  repository.commit(content);
  const template = temporaryDirectory();
  mkdirSync(join(template, 'hooks'));
  for (const name of HOOKS) writeProgram(join(template, 'hooks', name), command);
  const place = await serve(kind, repository.gitdir);
  const config = join(template, 'config');
  writeFileSync(config, `[init]\n\ttemplateDir = ${template}\n[core]\n\thooksPath = ${template}/hooks\n`);
  setEnvironment({ GIT_TEMPLATE_DIR: template, GIT_CONFIG_SYSTEM: config, GIT_CONFIG_GLOBAL: config });
  const clone = freshClone();
  const source = openAt(place, { clone });
  expect(await take(source)).toMatchObject({ files: content });
  repository.commit(newer);
  expect(await take(source)).toMatchObject({ files: newer });
  expect([existsSync(file), existsSync(join(clone, 'hooks'))]).toEqual([false, false]);
});

hazard('hooks and settings put into the clone', MIRRORS, async (kind) => {
  const { file, command } = makeMarker();
  const repository = new GitRepository();
  repository.commit(content);
  const clone = freshClone();
  const source = openAt(await serve(kind, repository.gitdir), { clone });
  await take(source);
  mkdirSync(join(clone, 'hooks'));
  writeProgram(join(clone, 'hooks', 'reference-transaction'), command);
  appendFileSync(join(clone, 'config'), `\thooksPath = ${clone}/hooks\n\tsshCommand = ${command}; false\n`);
  repository.commit(newer);
  expect(await take(source)).toMatchObject({ files: newer });
  expect([existsSync(file), existsSync(join(clone, 'hooks'))]).toEqual([false, false]);
});

hazard('lazy fetch of a promised object', ON_THIS_HOST, async (kind) => {
  const { file, command } = makeMarker();
  const repository = new GitRepository();
  repository.commit(content);
  const blob = repository.git('rev-parse', 'HEAD:env/common.yaml');
  const program = join(temporaryDirectory(), 'program');
  writeProgram(program, command);
  appendFileSync(
    join(repository.gitdir, 'config'),
    `[remote "origin"]\n\turl = ext::${program}\n\tpromisor = true\n\tpartialclonefilter = blob:none\n[protocol "ext"]\n\tallow = always\n[protocol]\n\tallow = always\n`,
  );
  repository.git('repack', '-q', '-a', '-d');
  // Only now is it missing: a partial clone has its packs marked.
  const partial = join(temporaryDirectory(), 'env.git');
  repository.git('config', 'uploadpack.allowFilter', 'true');
  repository.git('clone', '-q', '--bare', '--filter=blob:none', `file://${repository.path}`, partial);
  const settings = `[remote "origin"]\n\turl = ext::${program}\n[protocol "ext"]\n\tallow = always\n`;
  appendFileSync(join(partial, 'config'), settings);
  repository.git('--git-dir', partial, 'config', '--unset-all', 'remote.origin.url', 'file:');
  expect(() => repository.git('--git-dir', partial, 'cat-file', '-e', blob)).toThrow();
  expect(existsSync(file)).toBe(true); // git alone runs it
  rmSync(file);
  expect((await failureOf(take(await openSource(kind, partial)))).code).toMatch(/^SOURCE_/);
  expect(existsSync(file)).toBe(false);
});

const WRONG = (marker: string): readonly string[] => [
  `ext::sh -c touch%20${marker}`,
  `ext::touch ${marker}`,
  `--upload-pack=touch ${marker}`,
  '-uroot',
  `ssh://-oProxyCommand=touch${marker}/x`,
  '-oProxyCommand=x:env.git',
  'git://127.0.0.1/env.git',
  'fd::17',
];

test('URL that is a command or an option is refused by the configuration', () => {
  for (const text of WRONG('/x').map((each) => each.replaceAll(' ', '%20')))
    expect([text, parseRemote(text)]).toEqual([text, { wrong: expect.any(String) }]);
});

test('URL that is a command or an option is run by no mirror', async () => {
  const { file } = makeMarker();
  for (const url of WRONG(file)) {
    const source = openAt({ kind: 'file', url, access: NO_ACCESS }, { limits: { fetchMs: 5_000 } });
    expect([url, (await failureOf(source.probe())).code]).toEqual([url, 'SOURCE_UNREACHABLE']);
  }
  expect(existsSync(file)).toBe(false);
});

test.skipIf(!isRoot)('repository of another owner is read by root', async () => {
  for (const kind of ON_THIS_HOST) {
    const repository = new GitRepository();
    const commit = repository.commit(content);
    const { file, command } = makeMarker();
    appendFileSync(join(repository.gitdir, 'config'), `[core]\n\tfsmonitor = ${command}\n`);
    execFileSync('chown', ['-R', 'nobody', repository.path]);
    expect(await take(await openSource(kind, repository.gitdir))).toMatchObject({ commit, files: content });
    expect(existsSync(file)).toBe(false);
  }
});

hazard('GIT_* variables of our own environment', EVERY, async (kind) => {
  const { file, command } = makeMarker();
  const repository = new GitRepository();
  const commit = repository.commit(content);
  const other = new GitRepository();
  other.commit({ 'env/common.yaml': 'A: evil\n' });
  const place = await serve(kind, repository.gitdir);
  setEnvironment({
    GIT_DIR: other.gitdir,
    GIT_COMMON_DIR: other.gitdir,
    GIT_WORK_TREE: other.path,
    GIT_OBJECT_DIRECTORY: join(other.gitdir, 'objects'),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(other.gitdir, 'objects'),
    GIT_NAMESPACE: 'evil',
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'core.sshCommand',
    GIT_CONFIG_VALUE_0: `${command}; false`,
    GIT_CONFIG_KEY_1: 'protocol.allow',
    GIT_CONFIG_VALUE_1: 'never',
    GIT_CONFIG_PARAMETERS: "'protocol.allow=never'",
    GIT_SSH_COMMAND: `${command}; false`,
    GIT_SSH: '/nowhere/ssh',
    GIT_PROXY_COMMAND: `${command}; false`,
    GIT_ASKPASS: '/nowhere/askpass',
    GIT_EXEC_PATH: '/nowhere',
    GIT_EXTERNAL_DIFF: command,
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_TRACE: file,
    GIT_TRACE2: file,
    GIT_TRACE_CURL: file,
    GIT_QUARANTINE_PATH: join(other.gitdir, 'objects'),
    GIT_SHALLOW_FILE: '/nowhere/shallow',
    GIT_REPLACE_REF_BASE: 'refs/heads/',
  });
  const source = openAt(place);
  expect(await take(source)).toEqual({ commit, files: content, rejected: [] });
  expect(await source.inspect(commit)).toMatchObject({ oid: commit });
  expect(existsSync(file)).toBe(false);
});
