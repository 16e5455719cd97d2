import type { CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Tables } from '../rows/tables.ts';

/** One transaction, as the queries use it. */
export interface Session {
  /** Builds and compiles queries as the engine writes them, and runs none: one for all sessions of an engine. */
  readonly builder: Kysely<Tables>;
  /** Kysely on this transaction, for queries that are rare or never twice the same: it compiles at each call. */
  readonly db: Kysely<Tables>;
  /**
   * Runs a query that was compiled by `builder`.
   * @throws {StoreUnavailable} when the machine fails, and once more for each later query of the transaction.
   */
  run<Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>>;
}
