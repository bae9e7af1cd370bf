/** The known word that a mistyped one is nearest to. Undefined where none is near enough to be meant. */
export function suggestion(typed: string, known: readonly string[]): string | undefined {
  const near = known
    .map((word) => ({ word, edits: editsBetween(typed, word) }))
    .filter(({ word, edits }) => edits <= Math.max(1, Math.floor(word.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.word;
}

/**
 * Letters added, left out, replaced, or swapped with their neighbour, at least, to make one word of the
 * other: the optimal string alignment distance (en.wikipedia.org/wiki/Damerau-Levenshtein_distance). Twelve
 * lines, rather than a dependency of each app that installs this package.
 */
function editsBetween(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= to.length; j++) {
      const replaced = at(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(
        Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, isSwapped ? at(i - 2, j - 2) + 1 : replaced),
      );
    }
  }
  return at(from.length, to.length);
}
