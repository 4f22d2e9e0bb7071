import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPage } from './pages.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FAULTS = readdirSync(join(ROOT, 'test', 'faults'));

/** What stands between backticks and is a command of this checkout. */
const commands = [
  ...new Set(
    [
      ...readPage('docs/reliability.md').text.matchAll(
        /`(npm run test:faults -- [^`]+|npx vitest run [^`]+)`/g,
      ),
    ].map(([, command]) => command ?? ''),
  ),
];

/** The words of a command line, quotes taken off. */
function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** The test files that a command runs. */
function filesOf(command: string): readonly string[] {
  const words = wordsOf(command);
  if (words[0] === 'npx') return [words[3] ?? ''].filter((path) => existsSync(join(ROOT, path)));
  const filter = words[4] ?? '';
  return FAULTS.map((name) => `test/faults/${name}`).filter(
    (path) => path.endsWith('.test.ts') && path.includes(filter),
  );
}

describe('each command of docs/reliability.md', () => {
  test('is there', () => {
    expect(commands.length).toBeGreaterThan(20);
  });

  test.each(commands)('%s runs a test that is there', (command) => {
    expect(filesOf(command)).not.toEqual([]);
    const title = wordsOf(command)[wordsOf(command).indexOf('-t') + 1];
    if (!wordsOf(command).includes('-t') || title === undefined) return;
    const texts = [...filesOf(command), 'test/faults/scenarios.ts'].map((path) =>
      readFileSync(join(ROOT, path), 'utf8'),
    );
    expect(texts.some((text) => text.includes(title))).toBe(true);
  });
});

test('every sweep stands in docs/reliability.md', () => {
  const sweeps = FAULTS.filter((name) => name.endsWith('.test.ts')).map((name) =>
    name.replace('.test.ts', ''),
  );
  const run = new Set(commands.flatMap(filesOf).map((path) => path.replace(/^.*\/(.*)\.test\.ts$/, '$1')));
  expect(sweeps.filter((name) => !run.has(name))).toEqual([]);
});
