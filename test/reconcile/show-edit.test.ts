import { expect, test } from 'vitest';
import type { LostEdit } from '../../src/core/types.ts';
import { showEdits } from '../../src/reconcile/show-edit.ts';
import { FakeHost, PHP, SHELL } from './host.ts';

const key = Buffer.alloc(32, 1);

/** A host with the variables A, B and the secret TOKEN, and the edit of one of its files that a run put back. */
async function putBack(
  path: string,
  text: string,
): Promise<{ readonly host: FakeHost; readonly edit: LostEdit }> {
  const host = new FakeHost();
  await host.rollOut('A: one\nTOKEN: hunter2\nB: open\n');
  host.files.place(path, text);
  await host.run();
  const [edit] = host.history.entries.at(-1)?.edits ?? [];
  if (edit === undefined) throw new Error('there is no edit');
  return { host, edit };
}

test('an edit is shown with all masked that is secret now, was secret then, or is secret elsewhere', async () => {
  const { host, edit } = await putBack(SHELL, "export A='hunter2'\nexport B='edited'\n");
  const { diff } = showEdits(host.world, key)(edit);
  expect(diff?.join('\n')).toMatch(/^- A = one\n- B = open\n\+ A = \*\*\* [0-9a-f]{8}\n\+ B = edited$/);
  const later = showEdits(host.world, key)({ ...edit, secrets: ['B'] });
  expect(later.diff?.join('\n')).not.toMatch(/open|edited|hunter/);
});

test('an edit that is not kept any more is said to be so', async () => {
  const { host, edit } = await putBack(PHP, 'env["A"] = "by hand"\n');
  host.edits.kept.pop();
  expect(showEdits(host.world, key)(edit)).toEqual({ path: PHP, keptAt: null, diff: null });
});
