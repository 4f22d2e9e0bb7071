import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { failureOf } from '../../helpers/failure-of.ts';
import { startFaultyServer } from '../../helpers/faulty-server.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import type { Kind } from './sources.ts';
import {
  content,
  EVERY,
  FETCHED,
  hazard,
  makeMarker,
  OVER_HTTP,
  openAt,
  openSource,
  serve,
  take,
} from './sources.ts';

/** Lines of the tree `env`, of a blob and an empty tree. */
type WriteLines = (blob: string, empty: string) => readonly string[];

/** Takes a commit with such a tree: it is refused whole, or the entry is rejected; its blob is never among the files. */
async function takeTree(kind: Kind, lines: WriteLines) {
  const repository = new GitRepository();
  const env = repository.writeTree(lines(repository.writeBlob('evil'), repository.writeTree([])));
  repository.commitTree([`040000 tree ${env}\tenv`]);
  const source = await openSource(kind, repository.gitdir);
  const outcome = await take(source).catch(async (error) => await failureOf(Promise.reject(error)));
  if ('code' in outcome) return { ...outcome, why: outcome.message };
  expect(outcome.files).toEqual({});
  expect(outcome.rejected).toHaveLength(1);
  return { code: 'rejected', why: outcome.rejected[0]?.why ?? '' };
}

const ENTRIES: readonly (readonly [string, WriteLines, RegExp])[] = [
  ['tree entry `..`', (_, empty) => [`040000 tree ${empty}\t..`], /unsafe path|hasDotdot/],
  ['tree entry `.git`', (_, empty) => [`040000 tree ${empty}\t.git`], /unsafe path|hasDotgit/],
  ['tree entry `a/../../b`', (blob) => [`100644 blob ${blob}\ta/../../b`], /slash|fullPathname/],
  ['tree entry `/etc/x`', (blob) => [`100644 blob ${blob}\t/etc/x`], /slash|fullPathname/],
  ['line end in a name', (blob) => [`100644 blob ${blob}\ta\nb`], /character/],
  ['symbolic link', (blob) => [`120000 blob ${blob}\ta`], /symbolic link/],
  ['submodule', () => [`160000 commit ${'1'.repeat(40)}\ta`], /submodule/],
];
for (const [name, lines, why] of ENTRIES)
  hazard(name, EVERY, async (kind) => {
    const outcome = await takeTree(kind, lines);
    expect(outcome.code).toBeOneOf(['rejected', 'SOURCE_DAMAGED']);
    expect(outcome.why).toMatch(why);
  });

hazard('one name twice in a tree', EVERY, async (kind) => {
  const repository = new GitRepository();
  const [first, second] = [repository.writeBlob('first'), repository.writeBlob('second')];
  const env = repository.writeTree([`100644 blob ${first}\ta`, `100644 blob ${second}\ta`]);
  repository.commitTree([`040000 tree ${env}\tenv`]);
  const work = take(await openSource(kind, repository.gitdir));
  const outcome = await work.catch(async (error) => await failureOf(Promise.reject(error)));
  if ('code' in outcome)
    expect(outcome).toMatchObject({
      code: 'SOURCE_DAMAGED',
      message: expect.stringContaining('duplicateEntries'),
    });
  else expect(outcome.rejected).toMatchObject([{ path: 'env/a' }]);
});

hazard('.gitmodules', EVERY, async (kind) => {
  const { file, command } = makeMarker();
  const repository = new GitRepository();
  const text = `[submodule "env/sub"]\n\tpath = env/sub\n\turl = ext::sh -c ${command}\n\tupdate = !${command}\n`;
  writeFileSync(join(repository.path, '.gitmodules'), text);
  const blob = repository.writeBlob(text);
  const env = repository.writeTree([`160000 commit ${'1'.repeat(40)}\tsub`]);
  repository.commitTree([`100644 blob ${blob}\t.gitmodules`, `040000 tree ${env}\tenv`]);
  const work = take(await openSource(kind, repository.gitdir));
  const outcome = await work.catch(async (error) => await failureOf(Promise.reject(error)));
  if ('code' in outcome) expect(outcome.code).toBe('SOURCE_DAMAGED');
  else expect(outcome).toMatchObject({ files: {}, rejected: [{ path: 'env/sub' }] });
  expect(existsSync(file)).toBe(false);
});

hazard('.gitattributes: filter, export-subst, export-ignore, ident, eol', EVERY, async (kind) => {
  const { file, command } = makeMarker();
  const repository = new GitRepository();
  const files = {
    '.gitattributes': 'env/* filter=evil text eol=crlf ident export-subst\nenv/hidden export-ignore\n',
    'env/a': 'A: $Format:%H$ $Id$\nB: 1\n',
    'env/hidden': 'C: 1\n',
  };
  repository.commit(files);
  for (const how of ['smudge', 'clean']) repository.git('config', `filter.evil.${how}`, `${command}; cat`);
  const { '.gitattributes': _, ...read } = files;
  expect(await take(await openSource(kind, repository.gitdir))).toMatchObject({ files: read, rejected: [] });
  expect(existsSync(file)).toBe(false);
});

hazard('large object of zeros in a small pack', ['path', 'file', 'snapshot'], async (kind) => {
  const repository = new GitRepository();
  const zeros = execFileSync('git', ['hash-object', '-w', '--stdin'], {
    cwd: repository.path,
    input: Buffer.alloc(100 * 1024 * 1024),
  });
  const env = repository.writeTree([
    `100644 blob ${repository.writeBlob('A: 1\n')}\tcommon.yaml`,
    `100644 blob ${String(zeros).trim()}\tzeros`,
  ]);
  repository.commitTree([`040000 tree ${env}\tenv`]);
  const source = await openSource(kind, repository.gitdir);
  const before = process.memoryUsage().rss;
  const outcome = await take(source).catch(async (error) => await failureOf(Promise.reject(error)));
  if ('code' in outcome) expect(outcome.code).toBe('SOURCE_TOO_LARGE');
  else
    expect(outcome).toMatchObject({
      files: { 'env/common.yaml': 'A: 1\n' },
      rejected: [{ path: 'env/zeros', why: expect.stringMatching(/more than 1048576/) }],
    });
  expect(process.memoryUsage().rss - before).toBeLessThan(70 * 1024 * 1024);
});

hazard('pack without end', OVER_HTTP, async (kind) => {
  const place = await serve(kind, new GitRepository().gitdir);
  const packet = `fff0\u0001${'x'.repeat(0xfff0 - 5)}`;
  const server = await startFaultyServer({
    kind: 'endless',
    head: `HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\n\r\n000dpackfile\n`,
    filler: packet,
  });
  const limits = { packBytes: 4 * 1024 * 1024, fetchMs: 8_000 };
  const tracked = { kind: 'commit', name: '1'.repeat(40) } as const;
  const source = openAt({ ...place, url: `${server.url}/x.git` }, { limits, tracked });
  const start = performance.now();
  expect((await failureOf(take(source))).code).toBeOneOf(['SOURCE_TOO_LARGE', 'SOURCE_UNREACHABLE']);
  expect(performance.now() - start).toBeLessThan(limits.fetchMs + 5_000);
  if (kind === 'snapshot') expect(server.sentBytes()).toBeLessThan(64 * 1024 * 1024);
});

hazard('object that is too large beside a good one', FETCHED, async (kind) => {
  const repository = new GitRepository();
  repository.commit({ ...content, 'env/large': 'x'.repeat(5_000) });
  const source = await openSource(kind, repository.gitdir, { limits: { fileBytes: 4_000 } });
  expect(await take(source)).toMatchObject({ files: content, rejected: [{ path: 'env/large' }] });
});

hazard('ten folders in each folder, nine levels deep', EVERY, async (kind) => {
  const repository = new GitRepository();
  let folder = repository.writeTree([]);
  for (let level = 0; level < 8; level++)
    folder = repository.writeTree(Array.from('abcdefghij', (name) => `040000 tree ${folder}\t${name}`));
  repository.commitTree([`040000 tree ${folder}\tenv`]);
  const failure = await failureOf(take(await openSource(kind, repository.gitdir)));
  expect(failure).toMatchObject({ code: 'SOURCE_TOO_LARGE', message: expect.stringContaining('folders') });
});
