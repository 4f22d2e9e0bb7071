import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../src/core/sha256.ts';
import { RealHost } from '../end-to-end/real-host.ts';
import { buildProgram } from '../helpers/system-calls.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { isLong, report } from './extent.ts';

const COMMITS = isLong ? 1000 : 8;
/** The long form takes so many commits as fit. */
const BUDGET_MS = 45 * 60_000;
const VARIABLES = 200;

/** What the reader saw, of test/fixtures/programs/watch-pair.ts. */
interface Watched {
  readonly looks: number;
  readonly failures: readonly string[];
  readonly longest: { readonly mixMs: number; readonly skewMs: number };
  readonly rests: number;
  readonly shas: { readonly php: readonly string[]; readonly shell: readonly string[] };
}

test('no reader sees a torn or missing file, nor a mix of two commits that outlives the run', async () => {
  const startedAt = performance.now();
  const host = await RealHost.start({ processControlTimeout: '10s' });
  const known = { php: new Set<string>(), shell: new Set<string>() };
  const tips = await host.commitAhead('env/common.yaml', Array.from({ length: COMMITS + 1 }, layerOf));
  host.moveTip(tips[0] ?? '');
  await applyNext(host, 0, known);
  const before = host.php.reloadsSeen();
  const phase = join(host.directory, 'phase');
  tell(phase, 'rest 0');
  const watch = await startWatch(host, phase);
  let commits = 0;
  while (commits < COMMITS && performance.now() - startedAt < BUDGET_MS) {
    commits++;
    host.moveTip(tips[commits] ?? '');
    tell(phase, 'run');
    await applyNext(host, commits, known);
    tell(phase, `rest ${commits}`);
    await watch.sees(`rest ${commits}`);
  }
  const { looks, failures, longest, rests, shas } = await watch.end();
  const unknown = [
    ...shas.php.filter((sha) => !known.php.has(sha)),
    ...shas.shell.filter((sha) => !known.shell.has(sha)),
  ];
  const all = [...failures, ...unknown.map((sha) => `no complete rendering: ${sha}`)];
  const reloads = host.php.reloadsSeen() - before;
  report('two files', { points: commits, failures: all, reloads: [reloads], startedAt });
  const { mixMs, skewMs } = longest;
  console.info(
    `faults: two files: ${looks} looks, files of two commits for at most ${mixMs.toFixed(1)} ms, ` +
      `files and php-fpm for at most ${skewMs.toFixed(0)} ms, all three agreed in ${rests} of ${commits + 1} rests`,
  );
  expect(all).toEqual([]);
  expect(reloads).toBe(commits);
  expect(rests).toBe(commits + 1);
});

interface Known {
  readonly php: Set<string>;
  readonly shell: Set<string>;
}

/** One run; what it leaves on the disk is a complete rendering, as php-fpm proves. */
async function applyNext(host: RealHost, n: number, known: Known): Promise<void> {
  const exit = await host.onceBeside();
  expect([n, exit, await host.ask('V0')]).toEqual([n, 0, String(n)]);
  known.php.add(sha256(host.phpFile()));
  known.shell.add(sha256(host.shellFile()));
}

function layerOf(_: unknown, n: number): string {
  return Array.from({ length: VARIABLES }, (__, i) => `V${i}: "${n}"\n`).join('');
}

/** Replaced as a whole, so that the reader never finds half a word. */
function tell(path: string, phase: string): void {
  writeFileSync(`${path}.new`, phase);
  renameSync(`${path}.new`, path);
}

interface Watch {
  /** Waits until the reader has looked into this rest. */
  sees(rest: string): Promise<void>;
  /** Ends it and tells what it saw. */
  end(): Promise<Watched>;
}

/** Starts the reader and waits for its first look. */
async function startWatch(host: RealHost, phase: string): Promise<Watch> {
  const { envPath, socket, dir } = host.php;
  const args = [buildProgram('watch-pair'), envPath, host.shellPath, socket, join(dir, 'probe.php'), phase];
  const reader = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void reader.kill('SIGKILL'));
  let output = '';
  reader.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const closed = once(reader, 'close');
  await once(reader.stdout, 'data');
  return {
    sees: async (rest) =>
      await waitFor(`a look into ${rest}`, () => output.includes(`${rest}\n`) || reader.exitCode !== null),
    end: async () => {
      reader.stdin.end();
      await closed;
      return JSON.parse(output.slice(output.indexOf('{')));
    },
  };
}
