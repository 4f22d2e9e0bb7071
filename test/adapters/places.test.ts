import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readPlaces } from '../../src/adapters/places.ts';
import { isRoot, temporaryDirectory } from '../helpers/temporary-directory.ts';

const SHARED_MEMORY = '/dev/shm';

function setfacl(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('setfacl', args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
}

test('places that are not there yet are looked at without being made', async () => {
  const directory = temporaryDirectory();
  const state = join(directory, 'state');
  const found = await readPlaces({
    state,
    lock: join(directory, 'run', 'lock'),
    destinations: ['/nowhere/a'],
  });
  expect(found).toMatchObject({ errors: [], withAccessList: [] });
  expect(existsSync(state)).toBe(false);
});

test('a parent that is missing or open to others is an error for the state and for the lock', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'open'), { mode: 0o777 });
  spawnSync('chmod', ['0777', join(directory, 'open')]);
  const { errors } = await readPlaces({
    state: join(directory, 'missing', 'state'),
    lock: join(directory, 'open', 'lock'),
    destinations: [],
  });
  expect(errors.map(({ code }) => code)).toEqual(['STATE_UNUSABLE', 'STATE_UNUSABLE']);
  expect(errors[0]?.message).toContain(`directory ${directory}/missing does not exist`);
  expect(errors[1]?.message).toContain(`directory ${directory}/open can be written by others`);
});

test.skipIf(!existsSync(SHARED_MEMORY))('a directory in memory is known as such', async () => {
  const directory = mkdtempSync(join(SHARED_MEMORY, 'reconcile-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const places = { state: join(directory, 'a', 'b'), lock: join(directory, 'lock'), destinations: [] };
  const { state, lock } = await readPlaces(places);
  expect([state.fileSystem, lock.fileSystem]).toEqual(['tmpfs', 'tmpfs']);
});

test.skipIf(!isRoot)('an access list counts, unless the directory gives it to every new file', async () => {
  const directory = temporaryDirectory();
  const [plain, listed] = [join(directory, 'plain'), join(directory, 'listed')];
  for (const path of [plain, listed]) writeFileSync(path, '');
  setfacl('--modify', 'user:65534:r', listed);
  const places = { state: directory, lock: join(directory, 'lock'), destinations: [plain, listed] };
  expect((await readPlaces(places)).withAccessList).toEqual([listed]);
  setfacl('--default', '--modify', 'user:65534:r', directory);
  expect((await readPlaces(places)).withAccessList).toEqual([]);
});
