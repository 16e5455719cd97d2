import { open } from 'node:fs/promises';
import type { Sealer } from '../../ports/sealer.ts';
import { type Store, StoreUnavailable } from '../../ports/store.ts';
import { migrateToNewest } from '../migrations/migrate.ts';
import type { SqliteConnection } from './connection.ts';
import { kyselyOn } from './dialect.ts';
import { openReader, openWriter } from './open-connection.ts';
import { ReadPool } from './read-pool.ts';
import { sqliteSchema } from './schema-types.ts';
import { SqliteSession } from './session.ts';
import { doWork, workLimitMs } from './transaction-work.ts';
import { waitWhileBusy } from './wait-while-busy.ts';
import { type CommitReport, WriteQueue } from './write-queue.ts';

/** What an SQLite store needs. */
export interface SqliteStoreOptions {
  /** The database; made with mode 0600 where there is none. Its directory must exist, on a local disk. */
  readonly file: string;
  /** Seals command text, files and signing keys. */
  readonly sealer: Sealer;
  /** Hears of each commit. */
  readonly onCommit?: (report: CommitReport) => void;
  /** How long one piece of work may hold a transaction, in milliseconds. */
  readonly workLimitMs?: number;
}

/**
 * Opens the store in an SQLite file and brings its schema up to date. Another process may have it open as well.
 * @throws {SchemaRefused} when the file was written by a newer version.
 * @throws {StoreUnavailable} when it cannot be opened, is damaged, or stays locked.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { file, sealer, onCommit = () => undefined } = options;
  const limitMs = options.workLimitMs ?? workLimitMs;
  await makePrivateFile(file);
  const writer = await openWriter(file);
  try {
    await migrate(writer);
  } catch (error) {
    writer.close();
    throw error;
  }
  const writes = new WriteQueue(writer, onCommit);
  const reads = new ReadPool(() => openReader(file));
  let closing: Promise<void> | undefined;
  return {
    read: (work) => reads.read((connection) => doWork(connection, sealer, work, limitMs)),
    write: (work) => writes.write(() => doWork(writer, sealer, work, limitMs)),
    close: () => {
      closing ??= Promise.all([writes.close(), reads.close()]).then(() => writer.close());
      return closing;
    },
  };
}

/** SQLite gives its log and index the mode of the database, so only this one file has to be made. */
async function makePrivateFile(file: string): Promise<void> {
  try {
    const handle = await open(file, 'a', 0o600);
    await handle.close();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreUnavailable(
      `The database ${file} cannot be opened: ${reason}. See that its directory exists and that the user that runs ` +
        'Longarm may write there.',
      { cause: error },
    );
  }
}

async function migrate(writer: SqliteConnection): Promise<void> {
  // The write lock comes first: of two processes that start at once, the second finds the work done.
  await waitWhileBusy(() => writer.exec('begin immediate'));
  const session = new SqliteSession(writer);
  try {
    await migrateToNewest(kyselyOn<unknown>(session), sqliteSchema, writer.file);
    writer.exec('commit');
  } catch (error) {
    if (writer.inTransaction) writer.exec('rollback');
    throw error;
  } finally {
    session.end();
  }
}
