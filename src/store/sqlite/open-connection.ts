import { SqliteConnection } from './connection.ts';
import { waitWhileBusy } from './wait-while-busy.ts';

/**
 * How long a statement may block the process while another holds a lock, in milliseconds. Short, because the real
 * wait (`waitWhileBusy`) does not block; it covers the moments in which another process opens or closes the file.
 */
const blockingBusyMs = 20;

/** The write-ahead log is cut back to this after a large write, in bytes. */
const logKeptBytes = 64 * 1024 * 1024;

/**
 * How much of the database a connection keeps in memory, in KiB, as far as it reads that much. SQLite's own 2 MiB hold
 * less than a thousand commands and their audit rows; what is not there costs a call of the kernel for each page.
 */
const cacheKib = 8 * 1024;

/**
 * Opens the connection that writes: durable at each commit, deleted content overwritten with zeros.
 * @throws {StoreUnavailable} when the file cannot be opened or is not a database.
 */
export async function openWriter(file: string): Promise<SqliteConnection> {
  const connection = new SqliteConnection(file, blockingBusyMs);
  try {
    await waitWhileBusy(() => connection.exec('pragma journal_mode = wal'));
    connection.exec('pragma synchronous = full');
    connection.exec('pragma secure_delete = on');
    // Else what a statement may have to undo goes to a file in a directory that others use as well.
    connection.exec('pragma temp_store = memory');
    connection.exec(`pragma journal_size_limit = ${logKeptBytes}`);
    connection.exec(`pragma cache_size = -${cacheKib}`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Opens a connection that only reads.
 * @throws {StoreUnavailable} when the file cannot be opened.
 */
export function openReader(file: string): SqliteConnection {
  const connection = new SqliteConnection(file, blockingBusyMs);
  try {
    connection.exec('pragma query_only = on');
    connection.exec(`pragma cache_size = -${cacheKib}`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
