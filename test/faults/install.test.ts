import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildProgram, hasStrace, runWithFault } from '../helpers/system-calls.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import type { Fault, FaultyRun, Point, TracedProgram } from './traced-program.ts';
import { listPoints, runWithFaultAt } from './traced-program.ts';

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
  test.each(scenarios)('$name can be killed at any system call', async (scenario) => {
    const program = [buildProgram('install-pair'), ...argumentsFor(scenario)];
    const points = await pointsOf(scenario, program);
    for (const point of points) {
      const where = `killed at ${point.name}`;
      expect((await strike(scenario, program, { point, fault: 'KILL' })).exit, where).not.toBe(0);
      for (const state of observe()) expect([scenario.before, scenario.after], where).toContain(state);
      expect(runToEnd(program), where).toBe('done');
      expect(observe(), where).toEqual([scenario.after, scenario.after]);
      expect(leftovers(), where).toEqual([]);
    }
    console.info(`${scenario.name}: killed at ${points.length} system calls`);
  });

  test.each(scenarios)('$name ends with both or none when any system call fails', async (scenario) => {
    const program = [buildProgram('install-pair'), ...argumentsFor(scenario)];
    for (const point of await pointsOf(scenario, program)) {
      const where = `EIO at ${point.name}`;
      const { stdout } = await strike(scenario, program, { point, fault: 'EIO' });
      expect(stdout, where).toMatch(/^(done|WRITE_FAILED .*i\/o error; nothing was changed)\n/);
      const state = stdout.startsWith('done') ? scenario.after : scenario.before;
      expect(observe(), where).toEqual([state, state]);
      expect(runToEnd(program), where).toBe('done');
      expect(leftovers(), where).toEqual([]);
    }
  });

  test('cannot put back what it changed says so, with the first failure', async () => {
    const scenario = scenarios[0] as Scenario;
    const program = [buildProgram('install-pair'), ...argumentsFor(scenario)];
    const rename = (await pointsOf(scenario, program)).find(({ call }) => call.startsWith('rename'));
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

/** Every call on the files; what it prints does not count. */
async function pointsOf(scenario: Scenario, program: readonly string[]): Promise<readonly Point[]> {
  prepare(scenario);
  const { points } = await listPoints(traced(program));
  expect(observe()).toEqual([scenario.after, scenario.after]);
  return points.filter(({ output }) => output === null);
}

async function strike(
  scenario: Scenario,
  program: readonly string[],
  blow: { readonly point: Point; readonly fault: Fault },
): Promise<FaultyRun> {
  prepare(scenario);
  return await runWithFaultAt(traced(program), blow, async () => prepare(scenario));
}

/** Its outputs stand beside the program, away from the files. */
function traced(program: readonly string[]): TracedProgram {
  return { args: program, env: process.env, directory: dirname(program[0] ?? '') };
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
