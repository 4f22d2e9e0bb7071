import { join } from 'node:path';
import { flockLock } from '../../src/adapters/lock.ts';
import { FakeLock } from '../helpers/fakes/lock.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { lockContract } from './lock.contract.ts';

lockContract('flock(1) on our descriptor', () => {
  const path = join(temporaryDirectory(), 'run', 'lock');
  return [flockLock(path), flockLock(path)];
});

lockContract('the lock in memory', () => {
  const lock = new FakeLock();
  return [lock, lock];
});
