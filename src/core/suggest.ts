/**
 * `; did you mean "…"?` for the known word that is nearest to a mistyped one, or nothing when none is near.
 * Upper and lower case count as equal.
 */
export function suggest(word: string, known: Iterable<string>): string {
  let best = { name: '', distance: Math.max(1, Math.floor(word.length / 3)) + 1 };
  for (const name of known) {
    if (Math.abs(name.length - word.length) >= best.distance || word.length > 128) continue;
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance < best.distance) best = { name, distance };
  }
  return best.name === '' ? '' : `; did you mean ${JSON.stringify(best.name)}?`;
}

/** Levenshtein's distance: letters to add, drop or change. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const changed = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(changed, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
