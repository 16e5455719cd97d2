/**
 * Parses a JSON object that a column holds. The store wrote it, so anything else means that the database was
 * changed by other hands.
 * @throws {Error} that names the column.
 */
export function parseJsonObject(column: string, text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(
      `The column ${column} holds something other than a JSON object. Restore the database from a backup.`,
    );
  }
  return Object.fromEntries(Object.entries(value));
}
