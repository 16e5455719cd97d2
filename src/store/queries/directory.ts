import type { Directory } from '../../ports/directory.ts';
import { clientQueries } from './clients.ts';
import { clusterQueries } from './clusters.ts';
import { roleAssignmentQueries } from './role-assignments.ts';
import type { Session } from './session.ts';

/** What is registered, in a database. */
export function createDirectory(session: Session): Directory {
  return { ...clusterQueries(session), ...clientQueries(session), ...roleAssignmentQueries(session) };
}
