import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pid } from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { DirectoryRefused, ensurePrivateDirectory } from './private-directory.ts';
import { isBusy } from './sqlite/fault.ts';

/** The right to a data directory. */
export interface ClaimedDirectory {
  /** Gives the directory back. May be called twice. */
  release(): Promise<void>;
}

/**
 * Makes the data directory (mode 0700) and claims it for this process alone. The claim is a lock of the operating
 * system's, by way of SQLite, so it ends with the process however that ends, and a stale file never stands in the
 * way. A client verb that only writes to the database need not claim it.
 * @throws {DirectoryRefused} where it has the wrong owner or rights, or another process has claimed it.
 */
export async function claimDataDirectory(directory: string): Promise<ClaimedDirectory> {
  await ensurePrivateDirectory(directory);
  const holderFile = join(directory, 'server.pid');
  const lockPath = join(directory, 'server.lock');
  // SQLite would make it, and its journal, with whatever the umask leaves.
  await writeFile(lockPath, '', { mode: 0o600, flag: 'a' });
  const lock = lockFile(lockPath);
  if (lock === undefined) {
    const holder = await holderIn(holderFile);
    throw new DirectoryRefused(
      `The data directory ${directory} is in use by another server, ${holder}. ` +
        'Stop that one first, or name another directory with --data-dir.',
    );
  }
  try {
    await writeFile(holderFile, `${pid}\n`, { mode: 0o600 });
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    async release() {
      if (!lock.isOpen) return;
      // While the lock is still held: afterwards the file may be the next server's.
      await rm(holderFile, { force: true });
      if (lock.isOpen) lock.close();
    },
  };
}

/** @returns undefined where another connection has the lock. */
function lockFile(file: string): DatabaseSync | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // The transaction is never ended; closing the connection, or the end of the process, ends it.
    database.exec('begin exclusive');
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

async function holderIn(file: string): Promise<string> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    if (/^\d+$/.test(text)) return `process ${text}`;
  } catch {
    // It is there for this message alone, and the other server may be about to write it.
  }
  return 'whose process id is not known';
}
