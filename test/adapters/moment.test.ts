import { chownSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileMoment } from '../../src/adapters/moment.ts';
import { isRoot, temporaryDirectory } from '../helpers/temporary-directory.ts';

const AT = new Date('2026-01-02T03:04:05.000Z');

test('a moment that was noted is read back, also by somebody else', () => {
  const state = join(temporaryDirectory(), 'state');
  expect(fileMoment(state, 'success').last()).toBeNull();
  expect(existsSync(state)).toBe(false);
  fileMoment(state, 'success').note(new Date(0));
  fileMoment(state, 'success').note(AT);
  expect(fileMoment(state, 'success').last()).toEqual(AT);
  expect(statSync(join(state, 'success')).mode & 0o777).toBe(0o600);
});

test('a contact is no success', () => {
  const state = join(temporaryDirectory(), 'state');
  fileMoment(state, 'contact').note(AT);
  expect(fileMoment(state, 'success').last()).toBeNull();
});

test.skipIf(!isRoot)('a file of somebody else is STATE_UNUSABLE', () => {
  const state = join(temporaryDirectory(), 'state');
  const moment = fileMoment(state, 'success');
  moment.note(AT);
  chownSync(join(state, 'success'), 33, 33);
  const unusable = expect.objectContaining({ code: 'STATE_UNUSABLE' });
  expect(() => moment.last()).toThrow(unusable);
  expect(() => moment.note(AT)).toThrow(unusable);
});
