import { diffEdit } from '../core/diff-edit.ts';
import type { LostEdit } from '../core/types.ts';
import { recallLastGood } from './last-good.ts';
import type { World } from './world.ts';

/** A lost edit as it may be shown to anybody. */
export interface ShownEdit {
  readonly path: string;
  /** Where its bytes are, for those who may read them; null: they are not kept, or not any more. */
  readonly keptAt: string | null;
  /** What it had changed, secrets masked; null: nobody knows any more. */
  readonly diff: readonly string[] | null;
}

/** How the edits of a history are shown. Reads the ledger now, the edits later. Throws STATE_UNUSABLE, as the answer does. */
export function showEdits(world: World, key: Uint8Array): (edit: LostEdit) => ShownEdit {
  const secretNow = world.ledger.read().lastGood?.secrets ?? [];
  const live = (recallLastGood(world)?.files ?? []).flatMap(({ target, bytes }) =>
    bytes === null ? [] : [{ target, bytes }],
  );
  return (edit) => {
    const { path, target } = edit;
    const found = world.edits.find(edit);
    if (found === null) return { path, keptAt: null, diff: null };
    const { bytes, base } = found;
    const secrets = [...edit.secrets, ...secretNow];
    const diff = diffEdit({ edit: { target, bytes }, base, live, secrets, key });
    return { path, keptAt: found.path, diff };
  };
}
