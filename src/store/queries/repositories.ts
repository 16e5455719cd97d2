import type { Sealer } from '../../ports/sealer.ts';
import type { Repositories } from '../../ports/store.ts';
import { createAuditLog } from './audit-log.ts';
import { createCommandStore } from './command-store.ts';
import { createDirectory } from './directory.ts';
import type { Session } from './session.ts';
import { createSigningKeys } from './signing-keys.ts';

/** Everything that is kept in the database, through one transaction of it. */
export function createRepositories(session: Session, sealer: Sealer): Repositories {
  return {
    commands: createCommandStore(session, sealer),
    directory: createDirectory(session, sealer),
    audit: createAuditLog(session),
    signingKeys: createSigningKeys(session, sealer),
  };
}
