import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { rehearseCandidate } from '../../../src/adapters/php-fpm/rehearse.ts';
import { parseFile } from '../../../src/core/grammar.ts';
import { phpFpm } from '../../../src/core/targets/php-fpm.ts';
import type { ParsedFile } from '../../../src/core/types.ts';
import { PHP_FPM } from '../../helpers/php-fpm.ts';
import { isRoot } from '../../helpers/temporary-directory.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const parse = (bytes: Uint8Array): ParsedFile | null => parseFile('php-fpm', bytes, 'env.conf').value;

/** A reader that takes the file for what the test says, as if our grammar were wrong about it. */
function believing(variables: Record<string, string>, pools: readonly string[] = []) {
  return (): ParsedFile => ({ variables: new Map(Object.entries(variables)), pools, revision: null });
}

function rehearse(text: string, read: (bytes: Uint8Array) => ParsedFile | null = parse): Promise<void> {
  return rehearseCandidate({
    binary: PHP_FPM,
    bytes: Buffer.from(text),
    parse: read,
    name: '/live/env.conf',
  });
}

function encode(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      const encoded = phpFpm.encodeValue(value);
      if (!encoded.possible) throw new Error(`${name} cannot be written`);
      return phpFpm.encodeLine(name, encoded.text);
    })
    .join('');
}

test('awkward values come back byte for byte', async () => {
  await rehearse(
    encode({
      EMPTY: '',
      BLANKS: ' a\tb ',
      QUOTES: `it's "so" \\"\r`,
      DOLLARS: 'a$HOME ${X} $$',
      LINES: 'one\ntwo\n\n',
      CONSTANT: 'PHP_VERSION',
      OFF: 'off',
      CUT: 'a;b#c',
      CJK: '环境 🙂',
      BACKSLASH: 'a\\',
    }),
  );
});

test('a file without variables passes, so does one whose pools are headers', async () => {
  await rehearse('; nothing\n');
  const section = 'ping.response = "pong 0123456789abcdef"\nenv["A"] = "1"\n';
  await rehearse(section);
  await rehearse(`[www]\n${section}[api]\n${section}`);
});

test('variables may bear the names that php-fpm sets itself', async () => {
  await rehearse('env["USER"] = "x"\nenv["HOME"] = "y"\n');
});

describe('what php-fpm -t does not see', () => {
  test.each([
    ['user = root', 'env["A"] = "1"\nuser = root\n'],
    ['listen', 'env["A"] = "1"\nlisten = 127.0.0.1:9000\n'],
    ['php_admin_value', 'php_admin_value[auto_prepend_file] = "/tmp/x.php"\n'],
    ['a [global] header at the end', 'env["A"] = "1"\n[global]\n'],
    ['a bare constant', 'env[A] = PHP_VERSION\n'],
    ['a value cut at a semicolon', 'env[A] = a;b\n'],
    ['a name twice', 'env["A"] = "1"\nenv["A"] = "2"\n'],
    ['NUL bytes', '\0\0\0\0'],
    ['a byte order mark of UTF-16', '\uFEFFe\0n\0v\0'],
  ])('%s is not our grammar', async (_, text) => {
    await expect(rehearse(text)).rejects.toMatchObject({ code: 'REHEARSAL_FAILED' });
  });

  test.each([
    ['a bare constant', 'env[A] = PHP_VERSION\n', { A: 'PHP_VERSION' }],
    ['a bare key that is a constant', 'env[LC_ALL] = "x"\n', { LC_ALL: 'x' }],
    ['a cut', 'env[A] = a;b\n', { A: 'a;b' }],
    ['an operator', 'env[A] = a|b\n', { A: 'a|b' }],
    ['$pool', 'env["A"] = "x$pool"\n', { A: 'x$pool' }],
    ['an undefined variable', 'env["A"] = "$undefined"\n', { A: '$undefined' }],
    ['the second of two lines', 'env["A"] = "1"\nenv["A"] = "2"\n', { A: '2' }],
    ['a line that is not there', 'env["A"] = "1"\n', { A: '1', B: '2' }],
    ['a value of PHP itself', 'env["PHP_SELF"] = "x"\n', { PHP_SELF: 'x' }],
  ])(
    '%s is found by its value and told by its name, even if the grammar missed it',
    async (_, text, variables) => {
      const failure = await rehearse(text, believing(variables)).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'REHEARSAL_FAILED' });
      expect(String(failure)).toMatch(/does not give these back as they are: [A-Z_]+$/);
    },
  );

  test('a variable that the grammar does not see is named', async () => {
    const failed = rehearse('env["A"] = "1"\nenv["B"] = "hunter2"\n', believing({ A: '1' }));
    await expect(failed).rejects.toThrow(/does not see: B$/);
  });

  test.each([
    ...(isRoot ? [['user = root', 'env["A"] = "1"\nuser = root\n']] : []), // only root changes users
    ['a pool nobody defines', 'env["A"] = "1"\n[ghost]\nenv["A"] = "1"\n'],
    ['an empty value', 'env["A"] = ""\n'],
    ['an unterminated quote', 'env["A"] = "hunter2\n'],
  ])('%s keeps a private php-fpm from starting; no value is told', async (_, text) => {
    const failure = await rehearse(text, believing({ A: '1' })).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'REHEARSAL_FAILED' });
    expect(String(failure)).not.toContain('hunter2');
  });

  test('a wrong revision is found', async () => {
    const read = (): ParsedFile => ({ variables: new Map(), pools: [], revision: 'pong 1' });
    await expect(rehearse('ping.response = "pong 2"\n', read)).rejects.toThrow(/revision/);
  });

  test('every pool is asked', async () => {
    const read = believing({ A: '1' }, ['one', 'two']);
    await expect(rehearse('[one]\nenv["A"] = "1"\n[two]\nenv["A"] = "2"\n', read)).rejects.toThrow(/: A$/);
  });
});

test('a missing php-fpm is the fault of the host', async () => {
  const request = { binary: '/nowhere/php-fpm', bytes: Buffer.from('env["A"] = "1"\n'), parse, name: 'x' };
  await expect(rehearseCandidate(request)).rejects.toMatchObject({ code: 'ENVIRONMENT_BROKEN' });
});

test('a program that is no php-fpm is the fault of the host', async () => {
  const request = { binary: '/bin/false', bytes: Buffer.from('env["A"] = "1"\n'), parse, name: 'x' };
  await expect(rehearseCandidate(request)).rejects.toMatchObject({ code: 'ENVIRONMENT_BROKEN' });
});

test('300 variables take well below a second', async () => {
  const text = encode(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`NAME_${i}`, `value ${i}`])));
  await rehearse(text);
  const start = performance.now();
  await rehearse(text);
  console.info(`rehearsal of 300 variables: ${Math.round(performance.now() - start)} ms`);
  expect(performance.now() - start).toBeLessThan(1000);
});

describe('nothing is left behind', () => {
  /** Runs the rehearsal in a process with a TMPDIR of its own. */
  function rehearseIn(directory: string, text: string): ChildProcess {
    const script = `
      import { rehearseCandidate } from ${JSON.stringify(join(import.meta.dirname, '../../../src/adapters/php-fpm/rehearse.ts'))};
      const parse = () => ({ variables: new Map([['A', '1']]), pools: [], revision: null });
      const request = { binary: ${JSON.stringify(PHP_FPM)}, bytes: Buffer.from(process.argv[1]), parse, name: 'x' };
      for (;;) await rehearseCandidate(request).catch(() => undefined);
    `;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script, text];
    return spawn(process.execPath, args, {
      env: { PATH: '/usr/bin:/bin', TMPDIR: directory },
      stdio: 'ignore',
    });
  }

  function mastersIn(directory: string): readonly string[] {
    return readdirSync('/proc').filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(
          `php-fpm: master process (${directory}`,
        );
      } catch {
        return false; // no process, or it has just ended
      }
    });
  }

  test('when a rehearsal passes, and when it fails', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'test-rehearsal-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    vi.stubEnv('TMPDIR', directory);
    onTestFinished(() => void vi.unstubAllEnvs());
    // Only we may enter it, and the worker is somebody else when we are root.
    if (isRoot)
      await expect(rehearse('env["A"] = "1"\n')).rejects.toMatchObject({ code: 'ENVIRONMENT_BROKEN' });
    chmodSync(directory, 0o711);
    await rehearse('env["A"] = "1"\n');
    await rehearse('env["A"] = "1"\n', believing({ A: '2' })).catch(() => undefined);
    await rehearse('env["A"] = ""\n', believing({ A: '' })).catch(() => undefined);
    expect(readdirSync(directory)).toEqual([]);
    expect(mastersIn(directory)).toEqual([]);
  });

  test('when it is killed: php-fpm ends with us', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'test-rehearsal-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const child = rehearseIn(directory, 'env["A"] = "1"\n');
    onTestFinished(() => void child.kill('SIGKILL'));
    await waitFor('a rehearsal', () => mastersIn(directory).length > 0);
    child.kill('SIGKILL');
    await waitFor('php-fpm to end', () => mastersIn(directory).length === 0);
  });
});
