import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { CompiledQuery, QueryResult } from 'kysely';
import { faultOf } from './fault.ts';

/** How many prepared statements a connection keeps; Longarm's own queries are fewer than this. */
const statementsKept = 256;

interface Prepared {
  readonly statement: StatementSync;
  /** Of the rows it gives; none where it gives no rows. */
  readonly columns: readonly string[];
}

/**
 * One connection to an SQLite database, with its settings made and its statements prepared once. Every error of
 * the machine (disk full, damaged, locked for too long) leaves it as `StoreUnavailable`.
 */
export class SqliteConnection {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  /**
   * @param busyMs how long a statement blocks the process while another one holds the lock, in milliseconds.
   * @throws {StoreUnavailable} when the file cannot be opened.
   */
  constructor(file: string, busyMs: number) {
    this.file = file;
    try {
      this.#database = new DatabaseSync(file, { timeout: busyMs, enableForeignKeyConstraints: true });
    } catch (error) {
      throw faultOf(error, file);
    }
  }

  /** Whether a transaction is open. SQLite ends one by itself after some faults. */
  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** Runs statements that give no rows. */
  exec(sql: string): void {
    try {
      this.#database.exec(sql);
    } catch (error) {
      throw faultOf(error, this.file);
    }
  }

  /** Runs one statement that takes and gives nothing, as `exec` does, but prepared: for what is run all the time. */
  perform(sql: string): void {
    try {
      this.#prepare(sql).statement.run();
    } catch (error) {
      throw faultOf(error, this.file);
    }
  }

  /** Runs one query of Kysely's. */
  run<Row>(query: CompiledQuery): QueryResult<Row> {
    try {
      const { statement, columns } = this.#prepare(query.sql);
      const parameters = query.parameters.map(toBindable);
      if (columns.length === 0) return { rows: [], numAffectedRows: BigInt(statement.run(...parameters).changes) };
      const rows = statement.all(...parameters);
      // Kysely knows the rows' type from the query it built, the driver cannot: this is the seam between the two.
      return { rows: rows.map((row) => toRow(columns, Object.values(row))) as Row[] };
    } catch (error) {
      throw faultOf(error, this.file);
    }
  }

  /** Closes the connection. May be called twice. */
  close(): void {
    this.#prepared.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known !== undefined) {
      // Moved to the end, so that the first of the map is always the one unused for the longest time.
      this.#prepared.delete(sql);
      this.#prepared.set(sql, known);
      return known;
    }
    const statement = this.#database.prepare(sql);
    // Arrays cost half of what objects do, that SQLite names each column of anew.
    statement.setReturnArrays(true);
    const prepared = { statement, columns: statement.columns().map(({ name }) => name) };
    const [oldest] = this.#prepared.keys();
    if (this.#prepared.size >= statementsKept && oldest !== undefined) this.#prepared.delete(oldest);
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

function toRow(columns: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [i, column] of columns.entries()) row[column] = values[i];
  return row;
}

function toBindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint') {
    return value;
  }
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`SQLite stores no ${typeof value}; a row mapping must turn it into a number, text or bytes.`);
}
