import { existsSync } from 'node:fs';
import type { VerbCall } from '../cli/verb.ts';
import type { Store } from '../ports/store.ts';
import { dataPaths, openIdentity, openStore, type ServerIdentity } from './data-directory.ts';
import { randomIds } from './random-ids.ts';
import { readConfig } from './server-flags.ts';

/**
 * Opens the data directory that the flags name, works on its database, and closes it. A server may run on it at the
 * same time: it sees the change with its next request.
 * @param mayMake whether a directory without a database is made one, rather than taken for a mistyped name.
 */
export async function withDataDirectory<T>(
  call: VerbCall,
  mayMake: boolean,
  work: (store: Store, identity: ServerIdentity) => Promise<T>,
): Promise<T> {
  const config = await readConfig(call.context, call.options);
  const { database } = dataPaths(config.dataDir);
  if (!mayMake && !existsSync(database)) {
    throw new Error(
      `There is no Longarm in ${config.dataDir} (${database} is missing). Name its data directory with --data-dir.`,
    );
  }
  const identity = await openIdentity(config.dataDir, randomIds, config);
  const store = await openStore(config.dataDir);
  try {
    return await work(store, identity);
  } finally {
    await store.close();
  }
}
