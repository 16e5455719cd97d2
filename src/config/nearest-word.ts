/**
 * The known word that somebody most likely meant, or `undefined` where none is near: at most a third of its
 * letters (and at least one) may differ. Case does not count.
 */
export function nearestWord(written: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const word of known) {
    const edits = countEdits(written.toLowerCase(), word.toLowerCase());
    if (edits < fewest && edits <= Math.max(1, Math.floor(Math.max(word.length, written.length) / 3))) {
      nearest = word;
      fewest = edits;
    }
  }
  return nearest;
}

/** Optimal string alignment: insertions, deletions, substitutions, and neighbours that changed places. */
function countEdits(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let edits = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        edits = Math.min(edits, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
