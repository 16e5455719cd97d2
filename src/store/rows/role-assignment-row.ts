import type { RoleAssignment, RoleAssignmentId } from '../../core/access.ts';
import type { Instant } from '../../core/instant.ts';
import type { RoleId } from '../../core/role.ts';
import type { Scope } from '../../core/scope.ts';

/** One row of `role_assignments`. `id_key` is the id in lower case. */
export interface RoleAssignmentRow {
  id_key: string;
  id: RoleAssignmentId;
  scope: Scope;
  role_id: RoleId;
  issuer: string;
  principal_id: string;
  created_at: Instant;
  service_account: string | null;
}

/** The columns of a role assignment. */
export function roleAssignmentToRow(assignment: RoleAssignment): RoleAssignmentRow {
  return {
    id_key: assignment.id.toLowerCase(),
    id: assignment.id,
    scope: assignment.scope,
    role_id: assignment.roleId,
    issuer: assignment.issuer,
    principal_id: assignment.principalId,
    created_at: assignment.createdAt,
    service_account: assignment.serviceAccount ?? null,
  };
}

/** The role assignment that a row holds. */
export function roleAssignmentFromRow(row: RoleAssignmentRow): RoleAssignment {
  return {
    id: row.id,
    scope: row.scope,
    roleId: row.role_id,
    principalId: row.principal_id,
    issuer: row.issuer,
    createdAt: row.created_at,
    ...(row.service_account === null ? {} : { serviceAccount: row.service_account }),
  };
}
