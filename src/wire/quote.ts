const longest = 80;

/**
 * Shows a piece of a request in a message: in double quotes, at most 80 characters, with everything that a terminal
 * might obey or hide (control, format and unassigned characters, lone surrogates) written as `\u{…}`.
 */
export function quote(text: string): string {
  const characters = Array.from(text.slice(0, 2 * longest));
  const shown = characters.slice(0, longest).map(escapeCharacter).join('');
  const cut = characters.length > longest || text.length > 2 * longest;
  return `"${shown}${cut ? '…' : ''}"`;
}

/** Makes a text one line without anything that a terminal might obey. For messages that others wrote. */
export function singleLine(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(/\p{C}/gu, escapeCharacter).trim();
}

function escapeCharacter(character: string): string {
  if (!/[\p{C}"\\\u2028\u2029]/u.test(character)) return character;
  return character === '"' || character === '\\'
    ? `\\${character}`
    : `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;
}
