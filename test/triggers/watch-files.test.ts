import { mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { watchFiles } from '../../src/triggers/watch-files.ts';
import { FakeLog } from '../helpers/fakes/log.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';

const QUIET_MS = 30;

function start() {
  const directory = join(temporaryDirectory(), 'watched');
  mkdirSync(directory);
  const file = join(directory, 'env.conf');
  writeFileSync(file, 'first');
  const log = new FakeLog();
  let told = 0;
  const watch = watchFiles({ paths: [file], quietMs: QUIET_MS, recheckMs: 50, log }, () => told++);
  onTestFinished(() => watch.stop());
  const expectTold = (times: number) => waitFor(`${times} changes`, () => told >= times);
  return { directory, file, log, watch, told: () => told, expectTold };
}

describe('a watched file', () => {
  test.each<[string, (file: string) => void]>([
    ['written in place', (file) => writeFileSync(file, 'second')],
    [
      'replaced by a rename, as rsync and editors do',
      (file) => {
        writeFileSync(`${file}.tmp`, 'second');
        renameSync(`${file}.tmp`, file);
      },
    ],
    ['moved away', (file) => renameSync(file, `${file}.old`)],
    ['removed', (file) => unlinkSync(file)],
  ])('that is %s is told', async (_how, change) => {
    const { file, expectTold } = start();
    change(file);
    await expectTold(1);
  });

  test('that is written many times in a moment is told once or twice', async () => {
    const { file, told, expectTold } = start();
    for (let i = 0; i < 100; i++) writeFileSync(file, `${i}`);
    await expectTold(1);
    await sleep(3 * QUIET_MS);
    expect(told()).toBeLessThanOrEqual(2);
  });

  test('has neighbours that are not told of', async () => {
    const { directory, file, told, expectTold } = start();
    writeFileSync(join(directory, 'other.conf'), 'x');
    writeFileSync(join(directory, '.env.conf.swp'), 'x');
    await sleep(3 * QUIET_MS);
    expect(told()).toBe(0);
    writeFileSync(file, 'second');
    await expectTold(1);
  });

  test('is found again when its directory was removed, and made anew', async () => {
    const { directory, file, told, expectTold } = start();
    rmSync(directory, { recursive: true });
    await expectTold(1);
    mkdirSync(directory);
    writeFileSync(file, 'second');
    await expectTold(2);
    const before = told();
    await sleep(5 * QUIET_MS);
    writeFileSync(file, 'third');
    await waitFor('the change in the new directory', () => told() > before);
  });

  test('may have a directory that is not there yet', async () => {
    const directory = join(temporaryDirectory(), 'later');
    let told = 0;
    const log = new FakeLog();
    const file = join(directory, 'env.conf');
    const watch = watchFiles({ paths: [file], quietMs: QUIET_MS, recheckMs: 50, log }, () => told++);
    onTestFinished(() => watch.stop());
    mkdirSync(directory);
    writeFileSync(file, 'first');
    await waitFor('the file', () => told > 0);
    expect(log.events).toEqual([]);
  });

  test('is told of no more after the end', async () => {
    const { file, watch, told } = start();
    writeFileSync(file, 'second');
    await watch.stop();
    writeFileSync(file, 'third');
    await sleep(3 * QUIET_MS);
    expect(told()).toBe(0);
  });
});
