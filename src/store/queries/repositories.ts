import type { Kysely } from 'kysely';
import type { Sealer } from '../../ports/sealer.ts';
import type { Repositories } from '../../ports/store.ts';
import type { Tables } from '../rows/tables.ts';
import { createAuditLog } from './audit-log.ts';
import { createCommandStore } from './command-store.ts';
import { createDirectory } from './directory.ts';
import { createSigningKeys } from './signing-keys.ts';

/** Everything that is kept in the database, through one transaction of it. */
export function createRepositories(db: Kysely<Tables>, sealer: Sealer): Repositories {
  return {
    commands: createCommandStore(db, sealer),
    directory: createDirectory(db),
    audit: createAuditLog(db),
    signingKeys: createSigningKeys(db, sealer),
  };
}
