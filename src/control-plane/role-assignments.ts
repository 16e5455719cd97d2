import type { RoleAssignment, RoleAssignmentId } from '../core/access.ts';
import { LongarmError } from '../core/error-code.ts';
import type { Role, RoleId } from '../core/role.ts';
import { contains, type Scope } from '../core/scope.ts';
import { act, look, requireAccess } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';

/** A role assignment that is asked for. */
export interface NewRoleAssignment {
  readonly id: RoleAssignmentId;
  readonly scope: Scope;
  readonly roleId: RoleId;
  readonly principalId: string;
  /** The issuer of the principal's tokens. */
  readonly issuer: string;
  /** What commands run as which it grants. */
  readonly serviceAccount?: string;
}

/**
 * Grants a role. The same assignment may be made again; another one under a taken name is refused.
 * @throws {LongarmError} `AuthorizationFailed`, `RoleAssignmentExists`.
 */
export async function putRoleAssignment(
  plane: ControlPlane,
  actor: Actor,
  asked: NewRoleAssignment,
): Promise<RoleAssignment> {
  return act(plane, actor, async (repositories) => {
    await requireAccess(repositories, actor, 'Microsoft.Authorization/roleAssignments/write', asked.scope);
    const existing = await repositories.directory.findAssignment(asked.id);
    if (existing !== undefined) {
      const same =
        existing.scope === asked.scope &&
        existing.roleId === asked.roleId &&
        existing.principalId === asked.principalId &&
        existing.issuer === asked.issuer &&
        existing.serviceAccount === asked.serviceAccount;
      if (same) return existing;
      throw new LongarmError(
        'RoleAssignmentExists',
        `The role assignment '${asked.id}' exists with another scope, role, principal or service account. Assignments are not changed: delete it, or take another name.`,
      );
    }
    const assignment: RoleAssignment = { ...asked, createdAt: plane.clock.now() };
    await repositories.directory.saveAssignment(assignment);
    await repositories.audit.append({
      at: assignment.createdAt,
      verb: 'roleAssignment.write',
      principal: actor.principal,
      target: `${asked.scope}#${asked.id}`,
      correlationId: actor.correlationId,
      details: {
        roleId: asked.roleId,
        principalId: asked.principalId,
        issuer: asked.issuer,
        ...(asked.serviceAccount === undefined ? {} : { serviceAccount: asked.serviceAccount }),
      },
    });
    return assignment;
  });
}

/** @throws {LongarmError} `AuthorizationFailed`, `ResourceNotFound`. */
export async function getRoleAssignment(
  plane: ControlPlane,
  actor: Actor,
  scope: Scope,
  id: RoleAssignmentId,
): Promise<RoleAssignment> {
  return look(plane, actor, async (repositories) => {
    await requireAccess(repositories, actor, 'Microsoft.Authorization/roleAssignments/read', scope);
    const assignment = await repositories.directory.findAssignment(id);
    if (assignment?.scope === scope) return assignment;
    throw new LongarmError('ResourceNotFound', `There is no role assignment '${id}' at the scope '${scope}'.`);
  });
}

/** The assignments at, above and below a scope, as Azure lists them. @throws {LongarmError} `AuthorizationFailed`. */
export async function listRoleAssignments(
  plane: ControlPlane,
  actor: Actor,
  scope: Scope,
): Promise<readonly RoleAssignment[]> {
  return look(plane, actor, async (repositories) => {
    await requireAccess(repositories, actor, 'Microsoft.Authorization/roleAssignments/read', scope);
    const all = await repositories.directory.assignments();
    return all.filter((assignment) => contains(assignment.scope, scope) || contains(scope, assignment.scope));
  });
}

/** The built-in roles, for whoever may see roles at the scope. @throws {LongarmError} `AuthorizationFailed`. */
export async function listRoles(
  plane: ControlPlane,
  actor: Actor,
  scope: Scope,
  roles: readonly Role[],
): Promise<readonly Role[]> {
  await look(plane, actor, (repositories) =>
    requireAccess(repositories, actor, 'Microsoft.Authorization/roleDefinitions/read', scope),
  );
  return roles;
}

/**
 * Takes a grant back.
 * @returns the assignment as it was, or `undefined` when there was none, which ARM answers with 204.
 * @throws {LongarmError} `AuthorizationFailed`.
 */
export async function deleteRoleAssignment(
  plane: ControlPlane,
  actor: Actor,
  scope: Scope,
  id: RoleAssignmentId,
): Promise<RoleAssignment | undefined> {
  return act(plane, actor, async (repositories) => {
    await requireAccess(repositories, actor, 'Microsoft.Authorization/roleAssignments/delete', scope);
    const assignment = await repositories.directory.findAssignment(id);
    if (assignment?.scope !== scope) return undefined;
    await repositories.directory.removeAssignment(id);
    await repositories.audit.append({
      at: plane.clock.now(),
      verb: 'roleAssignment.delete',
      principal: actor.principal,
      target: `${scope}#${id}`,
      correlationId: actor.correlationId,
      details: { roleId: assignment.roleId, principalId: assignment.principalId },
    });
    return assignment;
  });
}
