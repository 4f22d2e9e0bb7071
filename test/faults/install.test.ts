import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildProgram, hasStrace, listMutatingCalls, runWithFault } from '../helpers/system-calls.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

/** What a file is: text and mode, or that it is not. */
type State = string;

interface Scenario {
  readonly name: string;
  readonly before: State;
  readonly after: State;
}

const names = ['a.conf', 'b.sh'];
const scenarios: readonly Scenario[] = [
  { name: 'replaces two files', before: 'old 644', after: 'new 640' },
  { name: 'creates two files', before: 'absent', after: 'new 640' },
  { name: 'removes two files', before: 'old 644', after: 'absent' },
  { name: 'corrects two modes', before: 'old 644', after: 'old 600' },
];

if (!hasStrace) console.warn('SKIPPED: stopping a run at every system call needs strace');

describe.skipIf(!hasStrace)('a run that', { timeout: 300_000 }, () => {
  test.each(scenarios)('$name can be killed at any system call', (scenario) => {
    const program = [buildProgram('install-pair'), ...argumentsFor(scenario)];
    const points = pointsOf(scenario, program);
    for (const point of points) {
      prepare(scenario);
      const where = `killed at ${point.call} ${point.when}`;
      expect(runWithFault(program, point, 'signal=KILL').status, where).not.toBe(0);
      for (const state of observe()) expect([scenario.before, scenario.after], where).toContain(state);
      expect(runToEnd(program), where).toBe('done');
      expect(observe(), where).toEqual([scenario.after, scenario.after]);
      expect(leftovers(), where).toEqual([]);
    }
    console.info(`${scenario.name}: killed at ${points.length} system calls`);
  });

  test.each(scenarios)('$name ends with both or none when any system call fails', (scenario) => {
    const program = [buildProgram('install-pair'), ...argumentsFor(scenario)];
    for (const point of pointsOf(scenario, program)) {
      prepare(scenario);
      const where = `EIO at ${point.call} ${point.when}`;
      const { output } = runWithFault(program, point, 'error=EIO');
      expect(output, where).toMatch(/^(done|WRITE_FAILED .*i\/o error; nothing was changed)\n/);
      const state = output.startsWith('done') ? scenario.after : scenario.before;
      expect(observe(), where).toEqual([state, state]);
      expect(runToEnd(program), where).toBe('done');
      expect(leftovers(), where).toEqual([]);
    }
  });

  test('cannot put back what it changed says so, with the first failure', () => {
    const scenario = scenarios[0] as Scenario;
    const program = [buildProgram('install-pair'), ...argumentsFor(scenario)];
    const rename = pointsOf(scenario, program).find(({ call }) => call.startsWith('rename'));
    prepare(scenario);
    const { output } = runWithFault(program, { call: rename?.call ?? '', when: '2+' }, 'error=EIO');
    expect(output).toMatch(
      /^UNDO_FAILED cannot write \S+b\.sh: .*; and what .* could not be put back: \S+a\.conf: /,
    );
    expect(observe()).toEqual([scenario.after, scenario.before]);
    expect(runToEnd(program)).toBe('done');
    expect(observe()).toEqual([scenario.after, scenario.after]);
  });
});

let directory = '';

function argumentsFor({ after }: Scenario): readonly string[] {
  directory = temporaryDirectory();
  const [text = '', mode = ''] = after === 'absent' ? ['-', '644'] : after.split(' ');
  return [directory, text, mode];
}

function pointsOf(scenario: Scenario, program: readonly string[]) {
  prepare(scenario);
  const points = listMutatingCalls(program);
  expect(observe()).toEqual([scenario.after, scenario.after]);
  return points;
}

function prepare({ before }: Scenario): void {
  for (const entry of readdirSync(directory)) rmSync(join(directory, entry));
  if (before === 'absent') return;
  const [text = '', mode = ''] = before.split(' ');
  for (const name of names) {
    writeFileSync(join(directory, name), text);
    chmodSync(join(directory, name), Number.parseInt(mode, 8));
  }
}

function observe(): readonly State[] {
  return names.map((name) => {
    const path = join(directory, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined
      ? 'absent'
      : `${readFileSync(path, 'utf8')} ${(stats.mode & 0o7777).toString(8)}`;
  });
}

function leftovers(): readonly string[] {
  return readdirSync(directory).filter((name) => !names.includes(name));
}

function runToEnd(program: readonly string[]): string {
  return execFileSync(process.execPath, program, { encoding: 'utf8' }).trim();
}
