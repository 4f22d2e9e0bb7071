import { decodeUtf8 } from './decode-utf8.ts';
import { compareLines } from './diff.ts';
import type { LooseStatement } from './loose-statements.ts';
import { readLoosely } from './loose-statements.ts';
import { maskSecret, showText } from './redact.ts';
import { readSections } from './sections.ts';
import type { TargetName } from './types.ts';

/** A file of a host: what kind it is, and its bytes. */
export interface TargetBytes {
  readonly target: TargetName;
  readonly bytes: Uint8Array;
}

/** A hand edit, and what is needed to show no secret of it. */
export interface EditRequest {
  readonly edit: TargetBytes;
  /** What of ours stood there before; null: nothing, or it is not known. */
  readonly base: Uint8Array | null;
  /** The files that are live now: a secret of theirs may stand anywhere in the edit. */
  readonly live: readonly TargetBytes[];
  /** Names of variables that are secret now or were when the edit was made. */
  readonly secrets: readonly string[];
  /** The host's key for `maskSecret`. */
  readonly key: Uint8Array;
}

/** Beyond these an edit is not compared: it is no hand edit any more, and it would take long. */
const MAX_BYTES = 1024 * 1024;
const MAX_CHANGES = 2000;

/**
 * What an edit had changed, for people: `- NAME = before`, `+ NAME = edited`.
 *
 * Nobody declared what people write by hand, so a value is shown only where it is certain to be that of a variable of ours
 * which is not secret, and where it holds no secret of another one; everything else is masked as a secret is. Of a shell file
 * that cannot be read for certain nothing is shown, not even names. No line holds a control character.
 */
export function diffEdit(request: EditRequest): readonly string[] {
  const { edit, base } = request;
  const edited = edit.bytes.length > MAX_BYTES ? null : readStatements(edit);
  if (edited === null)
    return ['  it cannot be read as variables for certain, so that nothing of it is shown'];
  const before = base === null ? null : readOurs({ target: edit.target, bytes: base });
  const showing = makeShowing(request, before ?? [], edited);
  const lines = compareLines(show(before ?? [], showing), show(edited, showing), MAX_CHANGES);
  if (lines === null) return [`  more than ${MAX_CHANGES} lines of it differ`];
  return lines.length === 0 ? ['  only comments, blank lines or quotes differ'] : lines;
}

function readStatements({ target, bytes }: TargetBytes): readonly LooseStatement[] | null {
  const text = decodeUtf8(bytes);
  return text === null ? null : readLoosely(target, text);
}

/** Null for a file that is not of our making: what stands in it was declared by nobody. */
function readOurs(file: TargetBytes): readonly LooseStatement[] | null {
  return readSections(file.target, file.bytes, '').value === null ? null : readStatements(file);
}

interface Showing {
  readonly key: Uint8Array;
  /** Names of ours that are not secret. */
  readonly open: ReadonlySet<string>;
  /** Headers and revisions of ours. */
  readonly ours: ReadonlySet<string>;
  /** Texts of secrets, also as they look in URLs and encodings. */
  readonly hidden: readonly string[];
}

function makeShowing(
  { live, secrets, key }: EditRequest,
  before: readonly LooseStatement[],
  edited: readonly LooseStatement[],
): Showing {
  const all = [...before, ...edited, ...live.flatMap((file) => readOurs(file) ?? [])];
  const texts = all.flatMap((each) =>
    each.kind === 'variable' && each.text !== null && secrets.includes(each.name) ? [each.text] : [],
  );
  const names = before.flatMap((each) => (each.kind === 'variable' ? [each.name] : []));
  return {
    key,
    open: new Set(names.filter((name) => !secrets.includes(name))),
    ours: new Set(before.flatMap((each) => (each.kind === 'variable' ? [] : [`${each.kind} ${each.text}`]))),
    hidden: [...new Set(texts)].flatMap(formsOf),
  };
}

function show(statements: readonly LooseStatement[], showing: Showing): readonly string[] {
  return statements.map((statement) => showStatement(statement, showing));
}

function showStatement(statement: LooseStatement, showing: Showing): string {
  const { key, open, ours } = showing;
  switch (statement.kind) {
    case 'variable': {
      const { name, text } = statement;
      const shownName = holdsSecret(name, showing) ? maskSecret(name, key) : name;
      if (text === null) return `${shownName} (value not shown)`;
      const isShown = open.has(name) && !holdsSecret(text, showing);
      return `${shownName} = ${isShown ? showText(text) : maskSecret(text, key)}`;
    }
    case 'pool':
    case 'revision': {
      const isOurs = ours.has(`${statement.kind} ${statement.text}`);
      const shown = isOurs ? statement.text : maskSecret(statement.text, key);
      return statement.kind === 'pool' ? `[${shown}]` : `ping.response = ${shown}`;
    }
    case 'other':
      return `a line that is not ours: ${maskSecret(statement.text, key)}`;
    default:
      return statement satisfies never;
  }
}

/** A shorter one would be found everywhere; it is hidden where it is the whole text. */
const SHORTEST_PART = 4;

function holdsSecret(text: string, { hidden }: Showing): boolean {
  return hidden.some((each) => text === each || (each.length >= SHORTEST_PART && text.includes(each)));
}

/** A secret as it is, and as it looks in a URL, in JSON and in base64. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const encodings = [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
  const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...encodings];
  return [...new Set(forms)].filter((form) => form !== '');
}
