import { StoreUnavailable } from '../../ports/store.ts';

/**
 * SQLite's primary result codes that tell about the machine and not about the statement, with what each means and
 * what to do. Source: https://sqlite.org/rescode.html
 */
const faults: Readonly<Record<number, string>> = {
  5: 'another process has held its write lock for too long. Find it (fuser names it) and stop it',
  6: 'another connection of this process has held a lock for too long. This is a defect of Longarm; report it',
  7: 'there is no memory left. Give the process more',
  8: 'it may not be written. Make the file and its directory writable for the user that runs Longarm',
  10: 'reading or writing the disk failed. Look at the kernel log for the disk, then restart Longarm',
  11: 'it is damaged. Stop Longarm and restore the database from a backup',
  13: 'the disk is full. Free some space; Longarm goes on by itself',
  14: 'it cannot be opened. See that the directory exists and belongs to the user that runs Longarm',
  15: 'its lock protocol failed. See that it is on a local disk and not on a network file system',
  26: 'it is not a database, or it is damaged. Stop Longarm and restore the database from a backup',
};

const busyCode = 5;
const readOnlyCode = 8;

/** SQLite's primary result code of an error that SQLite raised; `undefined` for any other error. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** Tells whether another process holds the lock, so that the same statement may succeed a moment later. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === busyCode;
}

/** Tells whether a statement tried to write where only reading is allowed. */
export function isReadOnly(error: unknown): boolean {
  return primaryCode(error) === readOnlyCode;
}

/** Makes a fault of the machine a `StoreUnavailable` that says what to do; gives any other error back as it is. */
export function faultOf(error: unknown, file: string): unknown {
  const meaning = faults[primaryCode(error) ?? 0];
  if (meaning === undefined || !(error instanceof Error)) return error;
  return new StoreUnavailable(`The database ${file} is not available: ${meaning}. (SQLite says: ${error.message})`, {
    cause: error,
  });
}
