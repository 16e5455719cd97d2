import { join } from 'node:path';
import { openKeyFile } from '../../src/store/sealing/open-key-file.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { auditLogContract } from './audit-log-contract.ts';
import { commandStoreContract } from './command-store-contract.ts';
import { directoryContract } from './directory-contract.ts';
import { signingKeysContract } from './signing-keys-contract.ts';
import { storeContract } from './store-contract.ts';
import type { StoreFactory } from './store-factory.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const open: StoreFactory = async () => {
  const directory = await temporaryDirectory();
  const sealer = await openKeyFile(join(directory.path, 'sealing.json'));
  const store = await openSqliteStore({ file: join(directory.path, 'longarm.db'), sealer });
  return { store, remove: () => directory.remove() };
};

storeContract('SQLite', open);
commandStoreContract('SQLite', open);
directoryContract('SQLite', open);
auditLogContract('SQLite', open);
signingKeysContract('SQLite', open);
