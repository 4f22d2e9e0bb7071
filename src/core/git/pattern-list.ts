/**
 * Whether a text matches a list of patterns (ssh_config(5), PATTERNS): commas between them, `*` and `?`; one with `!` in
 * front that matches wins over all others.
 */
export function matchesPatternList(text: string, list: string): boolean {
  const patterns = list.split(',');
  const refused = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const taken = patterns.filter((pattern) => !pattern.startsWith('!'));
  return (
    !refused.some((pattern) => matches(text, pattern)) && taken.some((pattern) => matches(text, pattern))
  );
}

/** Goes back to the last star alone, so that its time is at most the product of both lengths. */
function matches(text: string, pattern: string): boolean {
  let [at, inPattern, star, retry] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern++;
      retry = at;
    } else if (pattern[inPattern] === '?' || pattern[inPattern] === text[at]) {
      inPattern++;
      at++;
    } else if (star >= 0) {
      inPattern = star + 1;
      at = ++retry;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(inPattern));
}
