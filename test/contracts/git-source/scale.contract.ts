import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { measureRead } from '../../helpers/measure-read.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import type { Bench } from './bench.ts';
import { LIMITS, MAIN, openAt, readTip } from './bench.ts';
import {
  BLOB_OF_ZEROS_BYTES,
  MANY_COMMITS,
  MANY_FILES,
  MANY_REFS,
  repositoryWithBlobOfZeros,
  repositoryWithManyCommits,
  repositoryWithManyFiles,
  repositoryWithManyRefs,
} from './large-repositories.ts';

const RSS_LIMIT_BYTES = 200 * 1024 * 1024;

/** A repository of the test's own, with what a large one has. */
function copyOf(gitdir: string) {
  const copy = join(temporaryDirectory(), 'env.git');
  execFileSync('cp', ['-al', gitdir, copy]);
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: copy,
      encoding: 'utf8',
    }).trim();
  return { gitdir: copy, git };
}

/** What still works where there is much of it. */
export function scaleContract(bench: Bench): void {
  describe('a large repository', () => {
    test(`with ${MANY_REFS} refs is probed and read`, async () => {
      const source = openAt(bench, await bench.serve(repositoryWithManyRefs()));
      expect(await readTip(source)).toMatchObject({ files: { 'env/common.yaml': 'A: 1\n' }, rejected: [] });
    });

    test(`with ${MANY_FILES} files is read whole`, async () => {
      const source = openAt(bench, await bench.serve(repositoryWithManyFiles()));
      const { files, rejected } = await readTip(source);
      expect(Object.keys(files)).toHaveLength(MANY_FILES);
      expect(files['env/part-49/file-04999.yaml']).toBe('A: 4999\n');
      expect(rejected).toEqual([]);
    });

    test(`with ${MANY_COMMITS} commits is read and updated`, async () => {
      const { gitdir, git } = copyOf(repositoryWithManyCommits());
      const source = openAt(bench, await bench.serve(gitdir));
      expect(await readTip(source)).toMatchObject({ files: { 'env/common.yaml': 'A: 9999\n' } });
      const live = git('rev-parse', 'main~99');
      const next = git('commit-tree', '-p', 'main', '-m', 'next', 'main~1^{tree}');
      git('update-ref', 'refs/heads/main', next);
      expect(await readTip(source)).toMatchObject({
        commit: next,
        files: { 'env/common.yaml': 'A: 9998\n' },
      });
      const { relation, commits } = await source.compare(next, live);
      if (bench.history === 'whole') expect(commits).toHaveLength(100);
      else expect(['fast-forward', 'unknown']).toContain(relation);
    });

    test(`with a blob of ${BLOB_OF_ZEROS_BYTES} zeros in a small pack is read without it, in little memory`, async () => {
      const { url, access } = await bench.serve(repositoryWithBlobOfZeros());
      const options = bench.toOptions({ url, access, tracked: MAIN, limits: LIMITS });
      const { outcome, maxRssBytes } = await measureRead({
        module: bench.module,
        factory: bench.factory,
        options,
      });
      if (outcome.code === null) {
        expect(outcome.files).toEqual(['env/common.yaml']);
        expect(outcome.rejected).toEqual([
          { path: 'env/zeros', why: expect.stringMatching(/more than 1048576/) },
        ]);
      } else expect(outcome).toMatchObject({ code: 'SOURCE_TOO_LARGE' });
      expect(maxRssBytes).toBeLessThan(RSS_LIMIT_BYTES);
    }, 180_000);
  });
}
