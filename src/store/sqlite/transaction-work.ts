import type { Sealer } from '../../ports/sealer.ts';
import type { Repositories } from '../../ports/store.ts';
import { createRepositories } from '../queries/repositories.ts';
import type { SqliteConnection } from './connection.ts';
import { SqliteSession } from './session.ts';

/** How long one piece of work may hold a transaction, in milliseconds: it waits for nothing but the database. */
export const workLimitMs = 10_000;

/** What a use case does in a transaction. */
export type Work<T> = (repositories: Repositories) => Promise<T>;

/**
 * Does `work` on a connection whose transaction is open. Afterwards its repositories refuse every call.
 * @throws what `work` throws, a fault of the machine even where `work` swallowed it, and an error after `limitMs`:
 *   one use case that waits for something else must not stop all the others.
 */
export async function doWork<T>(
  connection: SqliteConnection,
  sealer: Sealer,
  work: Work<T>,
  limitMs: number,
): Promise<T> {
  const session = new SqliteSession(connection);
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    const tooLong = `A transaction was open for ${limitMs} ms and was rolled back: its work waited for something else.`;
    timer = setTimeout(() => reject(new Error(tooLong)), limitMs);
  });
  try {
    const result = await Promise.race([work(createRepositories(session, sealer)), limit]);
    if (session.fault !== undefined) throw session.fault;
    return result;
  } catch (error) {
    throw session.fault ?? error;
  } finally {
    clearTimeout(timer);
    session.end();
  }
}
