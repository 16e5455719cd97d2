import type { VerbCall } from '../cli/verb.ts';
import type { Store } from '../ports/store.ts';
import { openIdentity, openStore, type ServerIdentity } from './data-directory.ts';
import { randomIds } from './random-ids.ts';
import { readConfig } from './server-flags.ts';

/**
 * Opens the data directory that the flags name, works on its database, and closes it. A server may run on it at the
 * same time: it sees the change with its next request.
 */
export async function withDataDirectory<T>(
  call: VerbCall,
  work: (store: Store, identity: ServerIdentity) => Promise<T>,
): Promise<T> {
  const config = await readConfig(call.context, call.options);
  const identity = await openIdentity(config.dataDir, randomIds, config);
  const store = await openStore(config.dataDir);
  try {
    return await work(store, identity);
  } finally {
    await store.close();
  }
}
