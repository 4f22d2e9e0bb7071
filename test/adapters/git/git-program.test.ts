import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { GitCall } from '../../../src/adapters/git/git-program.ts';
import { runGit } from '../../../src/adapters/git/git-program.ts';
import { LAUNCHER } from '../../../src/adapters/git/launcher.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

function makeCall(part: Partial<GitCall> = {}): GitCall {
  const directory = temporaryDirectory();
  const launcher = join(directory, 'git.sh');
  writeFileSync(launcher, LAUNCHER);
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', LC_ALL: 'C', FILE_BLOCKS: '1000' };
  return { directory, launcher, env, deadlineMs: 20_000, outputBytes: 1_000_000, ...part };
}

/** `git -c alias.x=!…` runs a shell, which here stands for whatever git may do. */
async function runShell(script: string, part: Partial<GitCall> = {}) {
  const call = makeCall(part);
  writeFileSync(join(call.directory, 'git-test'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const env = { ...call.env, PATH: `${call.directory}:${call.env.PATH}` };
  return await runGit(['test'], { ...call, env });
}

test('the exit code and both outputs come back, byte for byte', async () => {
  const result = await runShell("printf '\\377\\000\\n'; echo wrong >&2; exit 3");
  expect(result).toEqual({
    exitCode: 3,
    stdout: Buffer.from([0xff, 0, 0x0a]),
    stderr: 'wrong\n',
    ended: 'exit',
  });
  expect(await runShell('exit 1')).toMatchObject({ exitCode: 1, stderr: '', ended: 'exit' });
});

test('what is handed in is read', async () => {
  expect((await runShell('cat', { input: 'a\nb\n' })).stdout.toString()).toBe('a\nb\n');
});

test('a command that prints nothing costs no 50 ms more', async () => {
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const startedAt = performance.now();
    await runShell(i % 2 === 0 ? ':' : 'echo x');
    times.push(performance.now() - startedAt);
  }
  const [silent, loud] = [
    Math.min(...times.filter((_, i) => i % 2 === 0)),
    Math.min(...times.filter((_, i) => i % 2 === 1)),
  ];
  expect(silent - loud).toBeLessThan(40);
});

test('at the deadline the whole family is ended, those too that left it', async () => {
  const script = 'sleep 1000 & (sleep 1001 &) ; echo $$; wait';
  const result = await runShell(script, { deadlineMs: 500 });
  expect(result).toMatchObject({ exitCode: null, ended: 'deadline' });
  expect(() => process.kill(-Number(result.stdout.toString()), 0)).toThrow('ESRCH');
});

test('what talks without end is ended', async () => {
  const result = await runShell('yes', { outputBytes: 100_000 });
  expect(result.ended).toBe('capped');
  expect(result.stdout.length).toBeLessThan(2_000_000);
});

test('a file that grows over the limit ends what writes it', async () => {
  expect((await runShell('cat /dev/zero >big; exit $?')).exitCode).not.toBe(0);
});

test('one that was killed is no success', async () => {
  expect((await runShell('kill -KILL $PPID')).exitCode).toBe(128 + 9);
  const result = await runShell('kill -KILL 0');
  expect(result).toMatchObject({ exitCode: null, ended: 'signal' });
});

test('nothing of our own environment is seen', async () => {
  process.env.GIT_SSH_COMMAND = 'touch owned';
  process.env.SECRET = 'x';
  const names = (await runShell('env')).stdout.toString().replace(/=.*/g, '').trim().split('\n').sort();
  delete process.env.GIT_SSH_COMMAND;
  delete process.env.SECRET;
  expect(
    names.filter(
      (name) =>
        !/^(PATH|HOME|LC_ALL|FILE_BLOCKS|PWD|OLDPWD|_|SHLVL|GIT_EXEC_PATH|GIT_PREFIX|GIT_TEST_DISALLOW_ABBREVIATED_OPTIONS)$/.test(
          name,
        ),
    ),
  ).toEqual([]);
});

test('a machine without git is told from a git that fails', async () => {
  const call = makeCall();
  expect(await runGit(['version'], { ...call, env: { ...call.env, PATH: call.directory } })).toMatchObject({
    exitCode: 127,
  });
  expect((await runGit(['no-such-command'], call)).exitCode).toBe(1);
});
