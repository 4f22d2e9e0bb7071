import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildExecutable } from '../packaging/executable/build-executable.ts';
import type { NodeRelease } from '../scripts/node-versions.ts';
import { installNode } from '../scripts/node-versions.ts';
import { RealHost } from '../test/end-to-end/real-host.ts';
import type { Lane } from './interleave.ts';
import { formatTimings, interleave, ratioIn } from './interleave.ts';
import { judge } from './targets.ts';

const ROUNDS = 60;
const RELEASES: readonly NodeRelease[] = ['x64-20', 'x64-24'];

test('a pass with nothing to do, beside the least that its parts take', async () => {
  const host = await RealHost.start();
  expect(host.once()).toMatchObject({ exit: 0 });
  const [, script = ''] = host.program;
  const once = ['--once', '--config', host.config];
  const executable = await buildExecutable('x64');
  const lanes: readonly Lane[] = [
    lane('git ls-remote', ['git', 'ls-remote', '-q', host.bare, 'refs/heads/main']),
    lane('executable', [executable, ...once]),
    ...RELEASES.flatMap((release) => {
      const node = join(installNode(release), 'bin', 'node');
      return [lane(floorOf(release), [node, '-e', '0']), lane(npmOn(release), [node, script, ...once])];
    }),
  ];
  const timings = await interleave(lanes, ROUNDS);
  console.info(formatTimings(`no-op, medians of ${ROUNDS} rounds`, timings));
  const ratio = ratioIn(timings);
  judge([
    {
      what: 'executable, to node -e 0',
      value: ratio('executable', floorOf('x64-24')),
      limit: 1.5,
      unit: 'times',
    },
    ...RELEASES.map((release) => ({
      what: `${npmOn(release)}, to node -e 0`,
      value: ratio(npmOn(release), floorOf(release)),
      limit: 1.5,
      unit: 'times',
    })),
  ]);
});

/** `x64-24` → `Node 24`, doing nothing. */
function floorOf(release: NodeRelease): string {
  return `node -e 0, Node ${release.slice(-2)}`;
}

function npmOn(release: NodeRelease): string {
  return `npm package, Node ${release.slice(-2)}`;
}

/** A program that has to be silent but for what git lists. */
function lane(name: string, [program = '', ...words]: readonly string[]): Lane {
  return {
    name,
    run() {
      const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    },
  };
}
