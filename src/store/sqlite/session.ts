import type { CompiledQuery, DatabaseConnection, Kysely, QueryResult } from 'kysely';
import { StoreUnavailable } from '../../ports/store.ts';
import type { Session } from '../queries/session.ts';
import type { Tables } from '../rows/tables.ts';
import type { SqliteConnection } from './connection.ts';
import { kyselyOn, sqliteBuilder } from './dialect.ts';

/**
 * The use of a connection by one transaction. It ends with the transaction, so a call that was not awaited cannot
 * slip into the next one; and after a fault it gives the same fault again, so one that was swallowed cannot leave
 * half a transaction behind.
 */
export class SqliteSession implements DatabaseConnection, Session {
  readonly builder = sqliteBuilder;
  readonly #connection: SqliteConnection;
  #db: Kysely<Tables> | undefined;
  #ended = false;
  #fault: StoreUnavailable | undefined;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** Made at its first use: most transactions have none. */
  get db(): Kysely<Tables> {
    return (this.#db ??= kyselyOn<Tables>(this));
  }

  /** The fault of the machine that this session met. */
  get fault(): StoreUnavailable | undefined {
    return this.#fault;
  }

  /** Runs a query that was compiled before. */
  run<Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>> {
    return this.executeQuery(query);
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#ended) throw new Error('A repository was used after its transaction had ended: await every call.');
    if (this.#fault !== undefined) throw this.#fault;
    try {
      return this.#connection.run<Row>(query);
    } catch (error) {
      if (error instanceof StoreUnavailable) this.#fault = error;
      throw error;
    }
  }

  /** Runs a statement of the transaction itself. */
  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  /** Refuses every later call. */
  end(): void {
    this.#ended = true;
  }

  // oxlint-disable-next-line require-yield -- the interface wants an iterator, and there is nothing to give
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('SQLite reads whole results here; ask for a page instead of a stream.');
  }
}
