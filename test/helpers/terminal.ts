import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { waitFor } from './wait-for.ts';

/** Empties the line: Control-U. */
export const CLEAR = '\u0015';

/** A shell at a terminal, and somebody who types. */
export interface Terminal {
  /** Types this, and waits until the terminal shows a text that was not there before. Gives all that it showed since. */
  type(keys: string, expected: string | RegExp): Promise<string>;
}

/** Starts a shell at a terminal of its own, of 200 columns; it ends with the test. */
export function openTerminal(command: string, environment: Readonly<Record<string, string>>): Terminal {
  const child = spawn('script', ['-qefc', `stty rows 200 cols 200; exec ${command}`, '/dev/null'], {
    env: { PATH: process.env.PATH, TERM: 'dumb', HISTFILE: '', LC_ALL: 'C.UTF-8', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.stdin.end(`${CLEAR}exit\n`);
    await exited;
  });
  return {
    async type(keys, expected) {
      const before = shown.length;
      child.stdin.write(keys);
      const since = () => shown.slice(before);
      const isThere = () =>
        typeof expected === 'string' ? since().includes(expected) : expected.test(since());
      await waitFor(`${JSON.stringify(expected)} at the terminal`, isThere).catch((error: unknown) => {
        throw new Error(`the terminal shows ${JSON.stringify(since())}`, { cause: error });
      });
      return since();
    },
  };
}
