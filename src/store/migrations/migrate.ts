import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { createCommands } from './0001-commands.ts';
import { createDirectory } from './0002-directory.ts';
import { addKubernetes } from './0003-kubernetes.ts';
import { addEvents } from './0004-events.ts';
import type { SchemaEngine } from './engine.ts';

/** The database was written by a newer Longarm than this one, or is not one of Longarm's. Nothing was changed. */
export class SchemaRefused extends Error {
  override readonly name = 'SchemaRefused';
}

/**
 * Brings a database to the newest schema. `db` is one transaction that keeps other writers out from its first
 * statement, so that of two processes that start at once one migrates and the other finds it done, and a
 * migration that fails leaves nothing behind.
 * @param place how the database is named in messages.
 * @throws {SchemaRefused} where the schema is newer than this version.
 */
export async function migrateToNewest(db: Kysely<unknown>, engine: SchemaEngine, place: string): Promise<void> {
  const migrations = migrationsFor(engine);
  const unknown = (await appliedMigrations(db)).filter((name) => !(name in migrations));
  if (unknown.length > 0) {
    throw new SchemaRefused(
      `The database ${place} was written by a newer version of Longarm: this one does not know its schema change ` +
        `${unknown.join(', ')}. Start the newer version, or restore the backup made before the upgrade.`,
    );
  }
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error } = await migrator.migrateToLatest();
  if (error instanceof Error) throw error;
  if (error !== undefined) throw new Error(`The schema of ${place} could not be changed.`, { cause: error });
}

/** Append-only: what was released is never edited, and names sort in the order of application. */
function migrationsFor(engine: SchemaEngine): Record<string, Migration> {
  return {
    '0001_commands': { up: (db) => createCommands(db, engine) },
    '0002_directory': { up: (db) => createDirectory(db, engine) },
    '0003_kubernetes': { up: (db) => addKubernetes(db, engine) },
    '0004_events': { up: addEvents },
  };
}

async function appliedMigrations(db: Kysely<unknown>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map((row) => row.name);
}
