import { sql } from 'kysely';
import type { SchemaEngine } from '../migrations/engine.ts';

/** How SQLite writes what the engines write differently. */
export const sqliteSchema: SchemaEngine = {
  wholeNumber: 'integer',
  bytes: 'blob',
  // `autoincrement`: without it SQLite gives the number of a removed newest row to the next one.
  countingKey: sql`integer primary key autoincrement`,
  strictly: (table) => table.modifyEnd(sql`strict`),
};
