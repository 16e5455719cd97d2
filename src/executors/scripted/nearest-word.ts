/** The known word that takes the fewest changed, added or dropped letters to get from `word` (Levenshtein). */
export function nearestWord(word: string, known: readonly [string, ...string[]]): string {
  return known.reduce((best, next) => (distance(word, next) < distance(word, best) ? next : best));
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of a.split('').entries()) {
    const below = [i + 1];
    for (const [j, other] of b.split('').entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      below.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (below[j] ?? 0) + 1));
    }
    row = below;
  }
  return row.at(-1) ?? 0;
}
