import { StoreUnavailable } from '../../ports/store.ts';
import type { SqliteConnection } from './connection.ts';
import { isReadOnly } from './fault.ts';
import { waitWhileBusy } from './wait-while-busy.ts';

/** How many reads may be under way at once; a read is short, so a few connections serve many callers. */
const mostConnections = 4;

/** Connections that read, each in a transaction that sees one committed state. */
export class ReadPool {
  readonly #open: () => SqliteConnection;
  readonly #idle: SqliteConnection[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #busy = 0;
  #closed = false;

  constructor(open: () => SqliteConnection) {
    this.#open = open;
  }

  /**
   * Does `work` on a connection with a state of the database that does not change meanwhile.
   * @throws {StoreUnavailable} when the database cannot be read, or the store was closed.
   */
  async read<T>(work: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreUnavailable('The store was closed; nothing was read.');
    const reading = this.#readNext(work);
    const over = reading.then(
      () => undefined,
      () => undefined,
    );
    this.#underWay.add(over);
    try {
      return await reading;
    } finally {
      this.#underWay.delete(over);
    }
  }

  /** Takes no more reads, waits for those under way and closes the connections. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#underWay);
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  async #readNext<T>(work: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    if (this.#busy < mostConnections) this.#busy += 1;
    // Whoever finishes hands its place over, so `#busy` does not change.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      const connection = this.#idle.pop() ?? this.#open();
      try {
        return await readConsistently(connection, work);
      } finally {
        if (connection.inTransaction) connection.perform('rollback');
        this.#idle.push(connection);
      }
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy -= 1;
      else next();
    }
  }
}

async function readConsistently<T>(
  connection: SqliteConnection,
  work: (connection: SqliteConnection) => Promise<T>,
): Promise<T> {
  await waitWhileBusy(() => {
    if (!connection.inTransaction) connection.perform('begin');
    // A deferred transaction sees the state of its first read: this one.
    connection.perform('select 1 from sqlite_schema limit 1');
  });
  try {
    return await work(connection);
  } catch (error) {
    if (error instanceof StoreUnavailable && isReadOnly(error.cause)) {
      throw new Error('A `read` of the store tried to write. Use `write`.', { cause: error });
    }
    throw error;
  }
}
