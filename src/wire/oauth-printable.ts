/**
 * Text from a stranger, fit to stand in a message: control, formatting and line-separating characters become `?`,
 * and what is longer than `limit` characters is cut, with `…` in its place.
 */
export function printable(text: string, limit = 200): string {
  const clean = text.slice(0, limit).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return text.length > limit ? `${clean}…` : clean;
}
