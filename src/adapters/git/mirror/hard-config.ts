/** What every git of ours is told, whatever the machine, the user or a repository configures. */

/** Name of the file beside it that holds the credentials while they are needed; git passes over a missing one. */
export const ACCESS_FILE = 'access.ini';

/**
 * For GIT_CONFIG_GLOBAL, from which children of git read it too. No program is run that a repository or a server
 * names; what comes in is checked object by object and kept in packs, so that their size is bounded; a large file is
 * never held in memory whole (300 MB of zeros in a pack of 292 kB: 290 MB, with bigFileThreshold 11 MB).
 *
 * The owner of a repository does not matter, because only our clone and the one source are ever opened.
 */
export const HARD_CONFIG = `[core]
	hooksPath = /dev/null
	fsmonitor = false
	bigFileThreshold = 1m
	askPass =
	logAllRefUpdates = false
[credential]
	helper =
[protocol]
	allow = never
[protocol "https"]
	allow = always
[protocol "http"]
	allow = always
[protocol "ssh"]
	allow = always
[protocol "file"]
	allow = always
[fetch]
	fsckObjects = true
	unpackLimit = 1
	recurseSubmodules = false
[transfer]
	fsckObjects = true
	credentialsInUrl = die
[http]
	followRedirects = false
	lowSpeedLimit = 1000
	lowSpeedTime = 20
[gc]
	auto = 0
	autoDetach = false
[maintenance]
	auto = false
[repack]
	writeBitmaps = false
[safe]
	directory = *
[include]
	path = ${ACCESS_FILE}
`;

/** For the file of credentials: what a server at `url` alone gets to see, and by what it is known. */
export function renderAccess(
  url: string,
  access: { authorization: string | null; caFile: string | null },
): string {
  const lines = [
    ...(access.authorization === null
      ? []
      : [`	extraHeader = ${quote(`Authorization: ${access.authorization}`)}`]),
    ...(access.caFile === null ? [] : [`	sslCAInfo = ${quote(access.caFile)}`]),
  ];
  return lines.length === 0 ? '' : `[http ${quote(url)}]\n${lines.join('\n')}\n`;
}

/** A value or a subsection, git-config(1), Syntax. */
function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
