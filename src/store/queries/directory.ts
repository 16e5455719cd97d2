import type { Kysely } from 'kysely';
import type { Directory } from '../../ports/directory.ts';
import type { Tables } from '../rows/tables.ts';
import { clientQueries } from './clients.ts';
import { clusterQueries } from './clusters.ts';
import { roleAssignmentQueries } from './role-assignments.ts';

/** What is registered, in a database. */
export function createDirectory(db: Kysely<Tables>): Directory {
  return { ...clusterQueries(db), ...clientQueries(db), ...roleAssignmentQueries(db) };
}
