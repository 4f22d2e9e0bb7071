/** What git is told about a repository that people push to: in a file of our own, which its `config` includes. */

/** Name of that file, beside `config`. */
export const SETTINGS_FILE = 'reconcile-receive.config';

const HEADER = '# Written by `reconcile receive install`, and taken away by `reconcile receive uninstall`.';
const MADE_FOLDER = '# The directory `hooks` was made as well.';

/** Begins with a line end, so that a `config` that has none at its end gets back what it was, byte for byte. */
const INCLUDE = `
# php-env-reconciler: \`reconcile receive uninstall\` takes these three lines away.
[include]
	path = ${SETTINGS_FILE}
`;

/**
 * The file. git-config(1) takes the last one of several values, so these win over what stands before the lines that
 * include it. `hooksPath` is relative to the repository: hooks that a user has set up for all repositories are not run in the
 * place of ours. A large object is never held in memory whole (300 MB of zeros: 297 MB, with the threshold 5 MB). A
 * replacement would show people something else than what is live.
 */
export function renderSettings(packBytes: number, hasMadeFolder: boolean): string {
  return `${HEADER}
${hasMadeFolder ? `${MADE_FOLDER}\n` : ''}[receive]
	denyNonFastForwards = true
	denyDeletes = true
	fsckObjects = true
	maxInputSize = ${packBytes}
	autogc = false
[transfer]
	hideRefs = refs/replace
[core]
	hooksPath = hooks
	bigFileThreshold = 1m
`;
}

/** Whether an earlier installation had to make the directory for the hooks. */
export function hasMadeFolder(settings: string | null): boolean {
  return settings?.includes(`\n${MADE_FOLDER}\n`) ?? false;
}

/** The text of `config` with the lines that include the file. */
export function addInclude(config: string): string {
  return config.includes(INCLUDE) ? config : `${config}${INCLUDE}`;
}

/** The same without them; `removeInclude(addInclude(text))` is `text`. What git has put into their section stays. */
export function removeInclude(config: string): string {
  const at = config.lastIndexOf(INCLUDE);
  if (at < 0) return config;
  const rest = config.slice(at + INCLUDE.length);
  const isSectionInUse = /^(?:[ \t]*(?:[#;].*)?\n)*[ \t]*[A-Za-z]/.test(rest);
  return `${config.slice(0, at)}${isSectionInUse ? '\n[include]\n' : ''}${rest}`;
}
