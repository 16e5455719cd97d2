import type { Directory } from '../../ports/directory.ts';
import { roleAssignmentFromRow, roleAssignmentToRow } from '../rows/role-assignment-row.ts';
import { prepare } from './prepared.ts';
import type { Session } from './session.ts';

const ofPrincipal = prepare((db, principal: { readonly issuer: string; readonly principalId: string }) =>
  db
    .selectFrom('role_assignments')
    .selectAll()
    .where('principal_id', '=', principal.principalId)
    .where('issuer', '=', principal.issuer)
    .orderBy('scope')
    .orderBy('id_key'),
);

/** The part of the directory that keeps role assignments. */
export function roleAssignmentQueries(
  session: Session,
): Pick<Directory, 'assignmentsOf' | 'assignments' | 'findAssignment' | 'saveAssignment' | 'removeAssignment'> {
  return {
    async assignmentsOf(issuer, principalId) {
      const rows = await ofPrincipal.all(session, { issuer, principalId });
      return rows.map(roleAssignmentFromRow);
    },
    async assignments() {
      const rows = await session.db
        .selectFrom('role_assignments')
        .selectAll()
        .orderBy('scope')
        .orderBy('id_key')
        .execute();
      return rows.map(roleAssignmentFromRow);
    },
    async findAssignment(id) {
      const row = await session.db
        .selectFrom('role_assignments')
        .selectAll()
        .where('id_key', '=', id.toLowerCase())
        .executeTakeFirst();
      return row && roleAssignmentFromRow(row);
    },
    async saveAssignment(assignment) {
      const { id_key, ...columns } = roleAssignmentToRow(assignment);
      await session.db
        .insertInto('role_assignments')
        .values({ id_key, ...columns })
        .onConflict((conflict) => conflict.column('id_key').doUpdateSet(columns))
        .execute();
    },
    async removeAssignment(id) {
      await session.db.deleteFrom('role_assignments').where('id_key', '=', id.toLowerCase()).execute();
    },
  };
}
