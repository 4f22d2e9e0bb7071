import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { failureOf } from '../../helpers/failure-of.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import {
  content,
  EVERY,
  FETCHED,
  hazard,
  isOneOf,
  newer,
  ON_THIS_HOST,
  openSource,
  take,
} from './sources.ts';

/** A new path beside nothing. */
const freshPath = () => join(temporaryDirectory(), 'env.git');

const packsOf = (gitdir: string) => readdirSync(join(gitdir, 'objects/pack'));

/** Two commits, the first one returned beside the tip. */
function makeRepository() {
  const repository = new GitRepository();
  const first = repository.commit(content);
  const commit = repository.commit(newer);
  return { repository, first, commit };
}

hazard('packs with .rev, .keep, commit-graph, multi-pack-index and bitmap', EVERY, async (kind) => {
  const { repository } = makeRepository();
  repository.git('-c', 'pack.writeReverseIndex=true', 'repack', '-q', '-a', '-d');
  const [pack = ''] = packsOf(repository.gitdir).filter((name) => name.endsWith('.pack'));
  writeFileSync(join(repository.gitdir, 'objects/pack', pack.replace('.pack', '.keep')), '');
  const commit = repository.commit(content);
  repository.git('-c', 'pack.writeReverseIndex=true', 'repack', '-q', '-d');
  repository.git('commit-graph', 'write', '--reachable');
  repository.git('multi-pack-index', 'write', '--bitmap');
  const kinds = packsOf(repository.gitdir).map((name) => name.replace(/^.*[.-]/, ''));
  expect(kinds).toEqual(expect.arrayContaining(['rev', 'keep', 'bitmap', 'index', 'idx']));
  expect(await take(await openSource(kind, repository.gitdir))).toEqual({
    commit,
    files: content,
    rejected: [],
  });
});

hazard('packed refs', EVERY, async (kind) => {
  const { repository, commit } = makeRepository();
  repository.git('pack-refs', '--all', '--prune');
  const source = await openSource(kind, repository.gitdir);
  expect(await take(source)).toMatchObject({ commit, files: newer });
  const next = repository.commit(content);
  expect(await take(source)).toMatchObject({ commit: next, files: content });
});

hazard('branch that is a symbolic ref', EVERY, async (kind) => {
  const { repository, commit } = makeRepository();
  repository.git('symbolic-ref', 'refs/heads/live', 'refs/heads/main');
  const source = await openSource(kind, repository.gitdir, { tracked: { kind: 'branch', name: 'live' } });
  expect(await take(source)).toMatchObject({ commit, files: newer });
});

hazard('annotated tag', EVERY, async (kind) => {
  const { repository, first } = makeRepository();
  repository.git('tag', '-a', '-m', 'one', 'one', first);
  repository.git('tag', '-a', '-m', 'of a tag', 'live', 'one');
  const source = await openSource(kind, repository.gitdir, { tracked: { kind: 'tag', name: 'live' } });
  expect(await take(source)).toMatchObject({ commit: first, files: content });
});

hazard('shallow repository', EVERY, async (kind) => {
  const { repository, first, commit } = makeRepository();
  const shallow = freshPath();
  repository.git('clone', '-q', '--bare', '--depth=1', `file://${repository.path}`, shallow);
  expect(existsSync(join(shallow, 'shallow'))).toBe(true);
  const source = await openSource(kind, shallow);
  expect(await take(source)).toMatchObject({ commit, files: newer });
  expect((await source.compare(commit, first)).relation).toBeOneOf(['unknown', 'fast-forward']);
  const next = repository.commit(content);
  repository.git('push', '-q', shallow, 'main');
  expect(await take(source)).toMatchObject({ commit: next, files: content });
  expect(await source.compare(next, commit)).toMatchObject({ relation: 'fast-forward' });
});

hazard('pack index of version 1', ['path'], async (kind) => {
  const { repository } = makeRepository();
  repository.git('-c', 'pack.indexVersion=1', 'repack', '-q', '-a', '-d');
  const source = await openSource(kind, repository.gitdir);
  const { code, message } = await failureOf(take(source));
  expect(code).toBe('SOURCE_DAMAGED');
  const [, remedy = ''] = /run `git (.*)`/.exec(message) ?? [];
  repository.git(...remedy.split(' '));
  expect(await take(source)).toMatchObject({ files: newer });
});

hazard('pack index of version 1 on a server', FETCHED, async (kind) => {
  const { repository, commit } = makeRepository();
  repository.git('-c', 'pack.indexVersion=1', 'repack', '-q', '-a', '-d');
  expect(await take(await openSource(kind, repository.gitdir))).toMatchObject({ commit, files: newer });
});

/** All objects are in another repository. */
function borrow(repository: GitRepository): GitRepository {
  const borrower = new GitRepository();
  writeFileSync(join(borrower.gitdir, 'objects/info/alternates'), `${join(repository.gitdir, 'objects')}\n`);
  borrower.git('update-ref', 'refs/heads/main', repository.git('rev-parse', 'main'));
  return borrower;
}

hazard('alternates', ['path'], async (kind) => {
  const { repository } = makeRepository();
  const borrower = borrow(repository);
  const source = await openSource(kind, borrower.gitdir);
  const { code, message } = await failureOf(take(source));
  expect([code, message]).toEqual(['SOURCE_DAMAGED', expect.stringContaining('git repack -a -d')]);
  borrower.git('repack', '-q', '-a', '-d');
  renameSync(join(borrower.gitdir, 'objects/info/alternates'), join(temporaryDirectory(), 'alternates'));
  expect(await take(source)).toMatchObject({ files: newer });
});

hazard('alternates on a server', FETCHED, async (kind) => {
  const { repository, commit } = makeRepository();
  const source = await openSource(kind, borrow(repository).gitdir);
  expect(await take(source)).toMatchObject({ commit, files: newer });
});

hazard('objects in quarantine while a hook judges a push', EVERY, async (kind) => {
  const { repository, commit } = makeRepository();
  const bare = freshPath();
  repository.git('clone', '-q', '--bare', repository.path, bare);
  const [fifo, started] = [join(temporaryDirectory(), 'fifo'), join(temporaryDirectory(), 'started')];
  execFileSync('mkfifo', [fifo]);
  writeFileSync(join(bare, 'hooks/pre-receive'), `#!/bin/sh\ntouch ${started}\ncat ${fifo} >/dev/null\n`);
  chmodSync(join(bare, 'hooks/pre-receive'), 0o755);
  const next = repository.commit(content);
  const push = spawn('git', ['push', '-q', bare, 'main'], { cwd: repository.path, stdio: 'ignore' });
  onTestFinished(() => void push.kill());
  const pushed = once(push, 'exit');
  await waitFor('the hook to run', () => existsSync(started));
  const source = await openSource(kind, bare);
  expect(await take(source)).toMatchObject({ commit, files: newer });
  await failureOf(source.read(next));
  writeFileSync(fifo, '');
  expect(await pushed).toEqual([0, null]);
  expect(await take(source)).toMatchObject({ commit: next, files: content });
});

hazard('sha256 repository', EVERY, async (kind) => {
  const repository = new GitRepository('--object-format=sha256');
  repository.commit(content);
  const { code, message } = await failureOf(take(await openSource(kind, repository.gitdir)));
  expect([code, message]).toEqual(['SOURCE_UNREACHABLE', expect.stringMatching(/sha256.*use one with sha1/)]);
});

hazard('partial clone', EVERY, async (kind) => {
  const { repository } = makeRepository();
  repository.git('config', 'uploadpack.allowFilter', 'true');
  const partial = freshPath();
  repository.git('clone', '-q', '--bare', '--filter=blob:none', `file://${repository.path}`, partial);
  const before = packsOf(partial);
  const { code, message } = await failureOf(take(await openSource(kind, partial)));
  expect(code).toMatch(/^SOURCE_(DAMAGED|UNREACHABLE)$/);
  if (kind === 'path') expect(message).toContain('it is a partial clone; make a complete one');
  if (isOneOf(ON_THIS_HOST, kind)) expect(packsOf(partial)).toEqual(before);
});

hazard('linked work tree and .git file', ['path', 'file', 'ssh'], async (kind) => {
  const { repository, commit } = makeRepository();
  const [linked, separate] = [join(temporaryDirectory(), 'linked'), join(temporaryDirectory(), 'separate')];
  repository.git('worktree', 'add', '-q', linked, '-b', 'other');
  repository.git('clone', '-q', `--separate-git-dir=${freshPath()}`, repository.path, separate);
  for (const path of [linked, separate])
    expect(await take(await openSource(kind, path))).toMatchObject({ commit, files: newer });
});

hazard('reftable', EVERY, async (kind) => {
  const { repository } = makeRepository();
  const config = join(repository.gitdir, 'config');
  repository.git('config', 'core.repositoryFormatVersion', '1');
  appendFileSync(config, '[extensions]\n\trefStorage = reftable\n');
  writeFileSync(join(repository.gitdir, 'HEAD'), 'ref: refs/heads/.invalid\n');
  renameSync(join(repository.gitdir, 'refs/heads/main'), join(temporaryDirectory(), 'main'));
  const { code, message } = await failureOf(take(await openSource(kind, repository.gitdir)));
  expect(code).toBe('SOURCE_UNREACHABLE');
  if (kind === 'path') expect(message).toContain('git refs migrate --ref-format=files');
});

hazard('pack of more than 2 GiB', ['path'], async (kind) => {
  const { repository } = makeRepository();
  repository.git('repack', '-q', '-a', '-d');
  const [pack = ''] = packsOf(repository.gitdir).filter((name) => name.endsWith('.pack'));
  const path = join(repository.gitdir, 'objects/pack', pack);
  chmodSync(path, 0o644);
  truncateSync(path, 3 * 1024 ** 3); // a hole: it takes no space
  const { code, message } = await failureOf(take(await openSource(kind, repository.gitdir)));
  expect([code, message]).toEqual(['SOURCE_TOO_LARGE', expect.stringContaining('has 3221225472 bytes')]);
});
