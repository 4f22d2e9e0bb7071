import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { openTextfile } from '../../src/adapters/textfile.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

test('a textfile can be read by all, whatever the umask, and nothing is left beside it', () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'reconcile.prom');
  const umask = process.umask(0o077);
  openTextfile(path).write('a 1\n');
  openTextfile(path).write('a 2\n');
  process.umask(umask);
  expect(readFileSync(path, 'utf8')).toBe('a 2\n');
  expect(statSync(path).mode & 0o7777).toBe(0o644);
  expect(readdirSync(directory)).toEqual(['reconcile.prom']);
});

test('a reader finds the whole old or the whole new one', async () => {
  const path = join(temporaryDirectory(), 'reconcile.prom');
  const texts = ['a 1\n', 'b 2\n'].map((line) => line.repeat(10_000));
  const textfile = openTextfile(path);
  textfile.write(texts[0] ?? '');
  const code = `
    const { readFileSync } = require('node:fs');
    const { parentPort, workerData: { path, texts } } = require('node:worker_threads');
    for (let i = 0; i < 500; i++) if (!texts.includes(readFileSync(path, 'utf8'))) parentPort.postMessage('torn');
    parentPort.postMessage('over');`;
  const reader = new Worker(code, { eval: true, workerData: { path, texts } });
  const said: string[] = [];
  reader.on('message', (word: string) => said.push(word));
  for (let i = 0; !said.includes('over'); i++) {
    textfile.write(texts[i % 2] ?? '');
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(said).toEqual(['over']);
});

test('what a killed run left of it is swept, and nothing else', () => {
  const directory = temporaryDirectory();
  const others = ['.other.prom.0123456789abcdef.tmp', 'reconcile.prom.tmp', 'x.prom'];
  for (const name of ['.reconcile.prom.0123456789abcdef.tmp', ...others])
    writeFileSync(join(directory, name), '');
  openTextfile(join(directory, 'reconcile.prom')).write('a 1\n');
  expect(readdirSync(directory).sort()).toEqual([...others, 'reconcile.prom'].sort());
});

test('a link in its place is replaced and not followed', () => {
  const directory = temporaryDirectory();
  const [path, target] = [join(directory, 'reconcile.prom'), join(directory, 'target')];
  writeFileSync(target, 'mine');
  symlinkSync(target, path);
  openTextfile(path).write('a 1\n');
  expect([readFileSync(target, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['mine', 'a 1\n']);
});

describe('a textfile that cannot be written', () => {
  test('is named with the reason, the same at each try', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'gone', 'reconcile.prom');
    const failure = `cannot write ${path}: no such file or directory`;
    expect(() => openTextfile(path).write('a 1\n')).toThrow(failure);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('leaves nothing behind', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'reconcile.prom');
    mkdirSync(path);
    expect(() => openTextfile(path).write('a 1\n')).toThrow(`cannot write ${path}: illegal operation`);
    rmSync(path, { recursive: true });
    expect(readdirSync(directory)).toEqual([]);
  });
});
