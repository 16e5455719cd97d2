/**
 * Quotes a word for a POSIX shell, so that it arrives as it is. Words of harmless characters stay bare, for the eye.
 * Source: POSIX.1-2024, XCU 2.2.
 */
export function quoteForShell(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The text of a command that was given as words: one word is shell text and taken as it is; several are a program and
 * its arguments, each of which arrives exactly as it was typed.
 */
export function commandTextOf(words: readonly string[]): string {
  const [only, ...more] = words;
  return only !== undefined && more.length === 0 ? only : words.map(quoteForShell).join(' ');
}
