import { singleLine } from '../wire/quote.ts';

/**
 * Lays rows out in columns under headings, two blanks apart. Cells that the server filled can neither break a line
 * nor command the terminal. The last column is cut to fit `columns`, where that is given.
 */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  columns?: number,
): string {
  const cells = [headings, ...rows.map((row) => row.map((cell) => singleLine(cell)))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => lengthOf(row[column] ?? ''))));
  const lines = cells.map((row) =>
    headings
      .map((_, column) => {
        const cell = row[column] ?? '';
        return column === headings.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - lengthOf(cell));
      })
      .join('  ')
      .trimEnd(),
  );
  return lines.map((line) => `${columns === undefined ? line : cut(line, columns)}\n`).join('');
}

/** Cuts a text to a number of characters, the last one an ellipsis where something is missing. */
export function cut(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, Math.max(0, length - 1)).join('')}…`;
}

/** In code points: near enough to what a terminal shows for names and reasons. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}
