/** One line that git gives to the hooks of a push (githooks(5)): objects, 40 hex digits. */
export interface RefUpdate {
  /** Full name: `refs/heads/main`. */
  readonly ref: string;
  /** Null: the ref is made. */
  readonly before: string | null;
  /** Null: the ref is deleted. */
  readonly after: string | null;
}

const LINE = /^([0-9a-f]{40}) ([0-9a-f]{40}) (refs\/.+)$/;
const NOTHING = '0'.repeat(40);

/** All that a push wants to move. Throws an error where git says it in another way than it documents. */
export function parseRefUpdates(text: string): readonly RefUpdate[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [, before = '', after = '', ref] = LINE.exec(line) ?? [];
    if (ref === undefined)
      throw new Error(`git gave the hook a line of another form: ${JSON.stringify(line)}`);
    return { ref, before: nullIfNothing(before), after: nullIfNothing(after) };
  });
}

function nullIfNothing(oid: string): string | null {
  return oid === NOTHING ? null : oid;
}
