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

/**
 * Makes JSON fit to be looked at: in its strings, whatever a terminal might obey or hide stands as `\uXXXX` (RFC 8259
 * §7), so that it reads back as what it was. `JSON.stringify` does that for the characters up to U+001F alone.
 */
export function showableJson(json: string): string {
  return json.replace(/[^\P{C}\n]|[\u2028\u2029]/gu, (character) => {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

function escapeCharacter(character: string): string {
  if (!/[\p{C}"\\\u2028\u2029]/u.test(character)) return character;
  return character === '"' || character === '\\'
    ? `\\${character}`
    : `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;
}
