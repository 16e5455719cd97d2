import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { CompiledQuery, QueryResult } from 'kysely';
import { faultOf } from './fault.ts';

/** How many prepared statements a connection keeps; Longarm's own queries are fewer than this. */
const statementsKept = 256;

interface Prepared {
  readonly statement: StatementSync;
  readonly givesRows: boolean;
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

  /** Runs one query of Kysely's. */
  run<Row>(query: CompiledQuery): QueryResult<Row> {
    try {
      const { statement, givesRows } = this.#prepare(query.sql);
      const parameters = query.parameters.map(toBindable);
      // Kysely knows the rows' type from the query it built, the driver cannot: this is the seam between the two.
      if (givesRows) return { rows: statement.all(...parameters) as Row[] };
      return { rows: [], numAffectedRows: BigInt(statement.run(...parameters).changes) };
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
    const prepared = { statement, givesRows: statement.columns().length > 0 };
    const [oldest] = this.#prepared.keys();
    if (this.#prepared.size >= statementsKept && oldest !== undefined) this.#prepared.delete(oldest);
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

function toBindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint') {
    return value;
  }
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`SQLite stores no ${typeof value}; a row mapping must turn it into a number, text or bytes.`);
}
