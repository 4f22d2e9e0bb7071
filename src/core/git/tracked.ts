/** What of a repository is live: the tip of a branch, what a tag names, or one commit (`name`: 40 hex digits). */
export interface Tracked {
  readonly kind: 'branch' | 'tag' | 'commit';
  readonly name: string;
}

/** The full name of the ref: `main` is `refs/heads/main`; a name that starts with `refs/` stays. Null for a commit. */
export function refOf({ kind, name }: Tracked): string | null {
  if (kind === 'commit') return null;
  return name.startsWith('refs/') ? name : `refs/${kind === 'tag' ? 'tags' : 'heads'}/${name}`;
}

/** A part of git-check-ref-format(1), so that a name can neither leave its folder nor be an option. */
export function isRefName(name: string): boolean {
  return (
    /^[A-Za-z0-9_][\w.+=@-]*(\/[\w+=@-][\w.+=@-]*)*$/.test(name) && !/\.\.|@\{|\.lock(\/|$)|\.$/.test(name)
  );
}

/** For people: `branch main`. */
export function describeTracked({ kind, name }: Tracked): string {
  return `${kind} ${name}`;
}
