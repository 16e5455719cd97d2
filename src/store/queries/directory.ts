import type { Directory } from '../../ports/directory.ts';
import type { Sealer } from '../../ports/sealer.ts';
import { clientQueries } from './clients.ts';
import { clusterQueries } from './clusters.ts';
import { credentialQueries } from './credentials.ts';
import { roleAssignmentQueries } from './role-assignments.ts';
import type { Session } from './session.ts';

/** What is registered, in a database; the credentials of clusters are sealed. */
export function createDirectory(session: Session, sealer: Sealer): Directory {
  return {
    ...clusterQueries(session),
    ...credentialQueries(session, sealer),
    ...clientQueries(session),
    ...roleAssignmentQueries(session),
  };
}
