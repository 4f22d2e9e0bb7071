import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { processRunner } from '../../src/adapters/runner.ts';
import { reportSettled } from '../../src/core/daemon/report.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';

const REPORT = JSON.stringify(reportSettled('c0ffee'));

/** A runner whose process is this piece of a shell script: a loop over the lines that ask for runs. */
function start(body: string, { deadlineMs = 10_000, idleMs = 10_000 } = {}) {
  const directory = temporaryDirectory();
  const pids = join(directory, 'pids');
  writeFileSync(pids, '');
  const script = `echo $$ >>${pids}; while read -r _; do ${body}; done`;
  const runner = processRunner({
    command: ['/bin/sh', '-c', script],
    environment: { PATH: process.env.PATH },
    deadlineMs,
    idleMs,
  });
  onTestFinished(() => runner.close());
  const started = () => readFileSync(pids, 'utf8').split('\n').filter(Boolean).map(Number);
  return { runner, started };
}

describe('a runner', () => {
  test('runs in one process, again and again', async () => {
    const { runner, started } = start(`echo '${REPORT}'`);
    for (let i = 0; i < 5; i++) expect(await runner.run()).toEqual(reportSettled('c0ffee'));
    expect(started()).toHaveLength(1);
  });

  test('is there before it is needed, where it is told so', async () => {
    const { runner, started } = start(`echo '${REPORT}'`);
    runner.warm();
    await waitFor('the process', () => started().length === 1);
    await runner.run();
    expect(started()).toHaveLength(1);
  });

  test('lets its process go when there is nothing to do, and starts another one', async () => {
    const { runner, started } = start(`echo '${REPORT}'`, { idleMs: 50 });
    await runner.run();
    const [pid = 0] = started();
    await waitFor('the process to end', () => !isThere(pid));
    expect(await runner.run()).toEqual(reportSettled('c0ffee'));
    expect(started()).toHaveLength(2);
  });

  test.each([
    ['that dies', 'kill -9 $$', 'SIGKILL'],
    ['that ends', 'exit 3', 'exit code 3'],
    ['that says something else', 'echo nonsense; exec sleep 60', 'SIGKILL'],
    ['that hangs', 'exec sleep 60', 'SIGKILL'],
  ])('tells of a process %s, and goes on with another one', async (_what, body, how) => {
    const once = `if [ ! -e "$MARK" ]; then MARK=/; ${body}; fi; echo '${REPORT}'`;
    const mark = join(temporaryDirectory(), 'mark');
    const { runner, started } = start(once.replace('MARK=/', `: >${mark}`).replace('"$MARK"', mark), {
      deadlineMs: 500,
    });
    expect(await runner.run()).toMatchObject({
      status: 'failed',
      exitCode: 18,
      error: { code: 'RUN_LOST', message: expect.stringContaining(how) },
    });
    expect(await runner.run()).toEqual(reportSettled('c0ffee'));
    expect(started()).toHaveLength(2);
  });

  test('that cannot be started is told', async () => {
    const command = ['/nowhere/program'] as const;
    const runner = processRunner({ command, environment: {}, deadlineMs: 1000, idleMs: 1000 });
    expect(await runner.run()).toMatchObject({ error: { code: 'RUN_LOST' } });
    await runner.close();
  });

  test('leaves no process behind', async () => {
    const { runner, started } = start(`echo '${REPORT}'`);
    await runner.run();
    await runner.close();
    const [pid = 0] = started();
    expect(isThere(pid)).toBe(false);
  });
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
