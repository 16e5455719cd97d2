import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Tables } from '../rows/tables.ts';
import type { SqliteSession } from './session.ts';

/**
 * Kysely on one session of a `node:sqlite` connection. Kysely's own SQLite driver prepares every statement anew,
 * which costs more than running it, and lets one caller at a time have the connection, which here the write queue
 * decides.
 */
export function kyselyOn<Schema>(session: SqliteSession): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: dialectOf(() => new SessionDriver(session)) });
}

function dialectOf(createDriver: () => Driver): Dialect {
  return {
    createDriver,
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new TransactionalAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/** What Kysely leaves off because its stock driver cannot do it. SQLite's schema changes do obey transactions. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Hands out the one session. The store has begun a transaction on it, so one of Kysely's is a savepoint inside. */
class SessionDriver implements Driver {
  readonly #session: SqliteSession;

  constructor(session: SqliteSession) {
    this.#session = session;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#session;
  }

  async beginTransaction(): Promise<void> {
    this.#session.exec('savepoint kysely');
  }

  async commitTransaction(): Promise<void> {
    this.#session.exec('release kysely');
  }

  async rollbackTransaction(): Promise<void> {
    this.#session.exec('rollback to kysely');
    this.#session.exec('release kysely');
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#session.end();
  }
}

/** Builds and compiles queries, and runs none: what is prepared for many sessions belongs to none of them. */
export const sqliteBuilder = new Kysely<Tables>({ dialect: dialectOf(() => new DummyDriver()) });
