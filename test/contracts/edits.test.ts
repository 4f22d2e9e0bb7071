import { join } from 'node:path';
import { fileEdits } from '../../src/adapters/edits.ts';
import { FakeEdits } from '../helpers/fakes/edits.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { editsContract } from './edits.contract.ts';

editsContract('the directory of edits', () => {
  const state = join(temporaryDirectory(), 'state');
  return { edits: fileEdits(state), reopen: () => fileEdits(state) };
});

editsContract('edits in memory', () => {
  const edits = new FakeEdits();
  return { edits, reopen: () => edits };
});
