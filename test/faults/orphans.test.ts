import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listPids } from '../../src/adapters/process-table.ts';
import { startFaultyServer } from '../helpers/faulty-server.ts';
import { buildProgram, hasStrace } from '../helpers/system-calls.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { report } from './extent.ts';
import { strikeFamily } from './struck-family.ts';

if (!hasStrace) console.warn('SKIPPED: a kill at each start of a program needs strace');

test.each(['http', 'ssh'])(
  'a program that is killed while a server over %s is silent leaves nobody',
  async (scheme) => {
    const server = await startFaultyServer({ kind: 'silent' });
    const clone = join(temporaryDirectory(), 'state', 'clone');
    const program = buildProgram('fetch-mirror');
    const url = `${scheme}://127.0.0.1:${server.port}/env.git`;
    const child = spawn(process.execPath, [program, url, clone], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    await waitFor('a question to the server', () => server.connections() > 0, 30_000);
    expect(gitsOf(clone).length).toBeGreaterThan(1);
    child.kill('SIGKILL');
    await waitFor('git and its children to end', () => gitsOf(clone).length === 0);
  },
);

describe.skipIf(!hasStrace)('a program that is killed at any start of another one leaves nobody', () => {
  test('where git waits for a silent server', async () => {
    const server = await startFaultyServer({ kind: 'silent' });
    const place = makePlace();
    const url = `http://127.0.0.1:${server.port}/env.git`;
    const starts = ['flock', 'sh', 'setpriv', 'setsid', 'sh', 'git', 'git-remote-http'];
    await killAtStarts([buildProgram('fetch-mirror'), url, join(place, 'clone')], { place, starts });
  });

  test('where a program never ends', async () => {
    await killAtStarts([buildProgram('run-endless')], {
      place: makePlace(),
      starts: ['setpriv', 'sh', 'sleep'],
    });
  });
});

async function killAtStarts(
  program: readonly string[],
  { place, starts }: { readonly place: string; readonly starts: readonly string[] },
): Promise<void> {
  const startedAt = performance.now();
  const failures: string[] = [];
  for (const [i, name] of starts.entries()) {
    const order = { program, place, points: 'starts', victims: 'program', killAt: i + 1 } as const;
    const { isStruck, complaints } = await strikeFamily(order);
    const wrong = isStruck ? complaints : ['there was no such start'];
    if (wrong.length > 0) failures.push(`killed at start ${i + 1}, of ${name}: ${wrong.join('; ')}`);
  }
  report(`orphans, ${starts.at(-1)}`, { points: starts.length, failures, reloads: [], startedAt });
  expect(failures).toEqual([]);
}

function makePlace(): string {
  const place = join(temporaryDirectory(), 'state');
  mkdirSync(place, { mode: 0o700 });
  return place;
}

/** Processes that git or its launcher have become or started, wherever they hang now. */
function gitsOf(place: string): readonly number[] {
  return listPids().filter((pid) => read(`/proc/${pid}/environ`).includes(`GIT_CONFIG_GLOBAL=${place}`));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // it ended while we looked
  }
}
