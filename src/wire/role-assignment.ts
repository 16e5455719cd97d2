import type { RoleAssignment, RoleAssignmentId } from '../core/access.ts';
import { LongarmError } from '../core/error-code.ts';
import { toRfc3339Millis } from '../core/instant.ts';
import { type RoleId, roleById, roles } from '../core/role.ts';
import { parseServiceAccount } from './kubernetes-name.ts';
import { quote } from './quote.ts';
import type { ResultStyle } from './result-style.ts';
import type { ArmRoleAssignment, RoleAssignmentBody } from './role-assignment-schema.ts';
import { roleDefinitionResourceId } from './role-definition.ts';

/** What the body of a PUT says; id and scope stand in the path. */
export interface RoleAssignmentRequest {
  readonly roleId: RoleId;
  readonly principalId: string;
  /** Absent where the principal is one of this server's own. */
  readonly issuer?: string;
  /** What commands run as which it grants. */
  readonly serviceAccount?: string;
}

/**
 * The GUID by which the path names a role assignment.
 * @throws {LongarmError} InvalidParameter, target `roleAssignmentName`.
 */
export function parseRoleAssignmentId(name: string): RoleAssignmentId {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name)) {
    throw new LongarmError(
      'InvalidParameter',
      `The role assignment's name ${quote(name)} is not a GUID. Make a new one.`,
      { target: 'roleAssignmentName' },
    );
  }
  return name.toLowerCase() as RoleAssignmentId;
}

/**
 * Reads the body of a PUT, which its schema has accepted. The role definition is given by its ARM id at any scope or by
 * its GUID alone. A `condition` is refused, because to leave it out would grant more than was asked.
 * Source: API reference, *Role Assignments: Create*.
 * @throws {LongarmError} InvalidParameter, target `properties.…`.
 */
export function parseRoleAssignmentBody({ properties }: RoleAssignmentBody): RoleAssignmentRequest {
  const { roleDefinitionId, principalId, condition, longarm } = properties;
  const role = roleById(/(?:^|\/roleDefinitions\/)([^/]+)$/i.exec(roleDefinitionId)?.[1] ?? '');
  if (role === undefined) {
    const known = roles.map(({ id, name }) => `${id} (${name})`).join(', ');
    throw refuse('roleDefinitionId', `${quote(roleDefinitionId)} names no role. Roles are ${known}.`);
  }
  if (condition !== undefined && condition !== null && condition !== '') {
    throw refuse('condition', 'Conditions are not supported. Assign the role without one, or at a narrower scope.');
  }
  const { issuer, serviceAccount } = longarm ?? {};
  return {
    roleId: role.id,
    principalId,
    ...(issuer === undefined ? {} : { issuer }),
    ...(serviceAccount === undefined
      ? {}
      : { serviceAccount: parseServiceAccount(serviceAccount, 'properties.longarm.serviceAccount') }),
  };
}

/** A role assignment as ARM shows it; with extensions on it tells the issuer of its principal, and what commands run as. */
export function toRoleAssignment(assignment: RoleAssignment, style: ResultStyle): ArmRoleAssignment {
  const { id, scope, roleId, principalId, issuer, createdAt, serviceAccount } = assignment;
  return {
    id: `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments/${id}`,
    name: id,
    type: 'Microsoft.Authorization/roleAssignments',
    properties: {
      roleDefinitionId: roleDefinitionResourceId(roleId),
      principalId,
      scope,
      createdOn: toRfc3339Millis(createdAt),
      ...(style.extensions ? { longarm: { issuer, ...(serviceAccount === undefined ? {} : { serviceAccount }) } } : {}),
    },
  };
}

function refuse(name: string, message: string): LongarmError {
  return new LongarmError('InvalidParameter', message, { target: `properties.${name}` });
}
