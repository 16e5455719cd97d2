import { join } from 'node:path';
import type { Store } from '../../src/ports/store.ts';
import { openKeyFile } from '../../src/store/sealing/open-key-file.ts';
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite/open-sqlite-store.ts';
import { temporaryDirectory } from '../contract/temporary-directory.ts';

/** A directory for one database, and the stores that were opened in it. */
export interface SqlitePlace {
  readonly file: string;
  open(options?: Partial<SqliteStoreOptions>): Promise<Store>;
  /** Closes every store that was opened and removes the directory. */
  remove(): Promise<void>;
}

/** A place for a database that is not there yet. */
export async function sqlitePlace(): Promise<SqlitePlace> {
  const directory = await temporaryDirectory();
  const file = join(directory.path, 'longarm.db');
  const stores: Store[] = [];
  return {
    file,
    async open(options) {
      const sealer = await openKeyFile(join(directory.path, 'sealing.json'));
      const store = await openSqliteStore({ file, sealer, ...options });
      stores.push(store);
      return store;
    },
    async remove() {
      for (const store of stores) await store.close();
      await directory.remove();
    },
  };
}
