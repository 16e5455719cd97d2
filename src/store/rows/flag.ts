/** A truth value as both engines store it alike: SQLite has no boolean type. */
export type Flag = 0 | 1;

/** The column's value for a truth value. */
export function toFlag(value: boolean): Flag {
  return value ? 1 : 0;
}
