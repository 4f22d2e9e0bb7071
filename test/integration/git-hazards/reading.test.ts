import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { GitRepository } from '../../helpers/git-repository.ts';
import {
  content,
  EVERY,
  FETCHED,
  freshClone,
  hazard,
  MIRRORS,
  newer,
  openAt,
  openSource,
  serve,
  take,
} from './sources.ts';

/** Runs a script of sh in a repository while the work goes on; tells whether it is still running. */
function startBeside(repository: GitRepository, script: string) {
  const child = spawn('sh', ['-c', script], { cwd: repository.path, stdio: 'ignore' });
  onTestFinished(() => void child.kill());
  const ended = once(child, 'exit');
  return { isRunning: () => child.exitCode === null && child.signalCode === null, ended };
}

hazard('reading while git gc runs', EVERY, async (kind) => {
  const repository = new GitRepository();
  for (let n = 0; n < 20; n++) repository.commit({ ...content, 'env/common.yaml': `A: ${n}\n` });
  const commit = repository.commit(content);
  const place = await serve(kind, repository.gitdir);
  const gc = startBeside(repository, 'git gc -q --prune=now');
  do expect(await take(openAt(place))).toMatchObject({ commit, files: content });
  while (gc.isRunning());
  await gc.ended;
});

hazard('reading while refs are written and packed', EVERY, async (kind) => {
  const repository = new GitRepository();
  const commits = [repository.commit(content), repository.commit(newer)];
  const source = await openSource(kind, repository.gitdir);
  const step = commits.map((oid) => `git update-ref refs/heads/main ${oid}; git pack-refs --all;`).join(' ');
  const writer = startBeside(repository, `for i in 1 2 3 4 5 6 7 8 9 10; do ${step} done`);
  do {
    expect(await source.probe()).toBeOneOf(commits);
    await new Promise((resolve) => setImmediate(resolve)); // a probe of a path alone lets no event through
  } while (writer.isRunning());
  await writer.ended;
});

hazard('reading while another process fetches into the same clone', MIRRORS, async (kind) => {
  const repository = new GitRepository();
  const commit = repository.commit(content);
  const place = await serve(kind, repository.gitdir);
  const clone = freshClone();
  const [reader, fetcher] = [openAt(place, { clone }), openAt(place, { clone })];
  await take(reader);
  for (let round = 0; round < 5; round++) {
    repository.commit({ ...content, 'env/common.yaml': `A: ${round}\n` });
    const fetching = fetcher.probe();
    expect(await openAt(place, { clone }).read(commit)).toMatchObject({ commit });
    await fetching;
  }
});

hazard('reading right after a fetch', EVERY, async (kind) => {
  const repository = new GitRepository();
  const source = await openSource(kind, repository.gitdir);
  for (let round = 0; round < 10; round++) {
    const files = { ...content, 'env/common.yaml': `A: ${round}\n` };
    const commit = repository.commit(files);
    expect(await take(source)).toMatchObject({ commit, files });
  }
});

hazard('later fetch downloads no more than what is new', ['http'], async (kind) => {
  const repository = new GitRepository();
  repository.commit({ ...content, 'env/noise': randomBytes(500_000) });
  const place = await serve(kind, repository.gitdir);
  const source = openAt(place);
  await take(source);
  const sent = () => place.server.requests().reduce((sum, each) => sum + each.sentBytes, 0);
  const before = sent();
  expect(before).toBeGreaterThan(500_000);
  for (let round = 0; round < 3; round++) {
    const commit = repository.commit({ 'env/common.yaml': `A: ${round}\n` });
    expect(await take(source)).toMatchObject({ commit });
  }
  expect(sent() - before).toBeLessThan(30_000);
});

hazard('packs that pile up with every fetch', ['file'], async (kind) => {
  const repository = new GitRepository();
  const clone = freshClone();
  const source = openAt(await serve(kind, repository.gitdir), { clone });
  for (let round = 0; round < 45; round++) {
    repository.commit({ 'env/common.yaml': `A: ${round}\n` });
    await source.probe();
  }
  const packs = readdirSync(join(clone, 'objects/pack')).filter((name) => name.endsWith('.pack'));
  expect(packs.length).toBeLessThan(25);
  expect(await take(source)).toMatchObject({ files: { 'env/common.yaml': 'A: 44\n' } });
});

hazard('613 files are read in seconds', EVERY, async (kind) => {
  const repository = new GitRepository();
  const names = Array.from({ length: 613 }, (_, n) => [`env/hosts/h${n}.yaml`, `A: ${n}\n`] as const);
  repository.commit(Object.fromEntries(names));
  repository.git('repack', '-q', '-a', '-d');
  const source = await openSource(kind, repository.gitdir);
  const start = performance.now();
  expect(Object.keys((await take(source)).files)).toHaveLength(613);
  expect(performance.now() - start).toBeLessThan(10_000);
});

hazard('larger blobs are read whole, loose and from packs of deltas', EVERY, async (kind) => {
  const repository = new GitRepository();
  const text = randomBytes(400_000).toString('hex');
  const files = { 'env/a': text, 'env/zeros': '\0'.repeat(900_000) };
  repository.commit(files);
  const loose = await openSource(kind, repository.gitdir);
  expect((await take(loose)).files).toEqual(files);
  const changed = { ...files, 'env/a': `${text.slice(0, 500_000)}changed${text.slice(500_000)}` };
  repository.commit(changed);
  repository.git('repack', '-q', '-a', '-d', '-f', '--window=10');
  expect((await take(await openSource(kind, repository.gitdir))).files).toEqual(changed);
});

hazard('commit that is missing is never a success', FETCHED, async (kind) => {
  const repository = new GitRepository();
  repository.commit(content);
  const source = await openSource(kind, repository.gitdir);
  await take(source);
  await expect(source.read('1'.repeat(40))).rejects.toMatchObject({ name: 'ReconcileError' });
  await expect(source.inspect('1'.repeat(40))).rejects.toMatchObject({ name: 'ReconcileError' });
});
