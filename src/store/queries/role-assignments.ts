import type { Kysely } from 'kysely';
import type { Directory } from '../../ports/directory.ts';
import { roleAssignmentFromRow, roleAssignmentToRow } from '../rows/role-assignment-row.ts';
import type { Tables } from '../rows/tables.ts';

/** The part of the directory that keeps role assignments. */
export function roleAssignmentQueries(
  db: Kysely<Tables>,
): Pick<Directory, 'assignmentsOf' | 'assignments' | 'findAssignment' | 'saveAssignment' | 'removeAssignment'> {
  return {
    async assignmentsOf(issuer, principalId) {
      const rows = await db
        .selectFrom('role_assignments')
        .selectAll()
        .where('principal_id', '=', principalId)
        .where('issuer', '=', issuer)
        .orderBy('scope')
        .orderBy('id_key')
        .execute();
      return rows.map(roleAssignmentFromRow);
    },
    async assignments() {
      const rows = await db.selectFrom('role_assignments').selectAll().orderBy('scope').orderBy('id_key').execute();
      return rows.map(roleAssignmentFromRow);
    },
    async findAssignment(id) {
      const row = await db
        .selectFrom('role_assignments')
        .selectAll()
        .where('id_key', '=', id.toLowerCase())
        .executeTakeFirst();
      return row && roleAssignmentFromRow(row);
    },
    async saveAssignment(assignment) {
      const { id_key, ...columns } = roleAssignmentToRow(assignment);
      await db
        .insertInto('role_assignments')
        .values({ id_key, ...columns })
        .onConflict((conflict) => conflict.column('id_key').doUpdateSet(columns))
        .execute();
    },
    async removeAssignment(id) {
      await db.deleteFrom('role_assignments').where('id_key', '=', id.toLowerCase()).execute();
    },
  };
}
