import type { Brand } from './brand.ts';
import type { Instant } from './instant.ts';
import { type Principal, principalKey } from './principal.ts';
import { type Action, type RoleId, roleById } from './role.ts';
import { contains, type Scope } from './scope.ts';

/** The GUID that names a role assignment. */
export type RoleAssignmentId = Brand<string, 'RoleAssignmentId'>;

/** "This principal has this role at this scope and below." */
export interface RoleAssignment {
  readonly id: RoleAssignmentId;
  readonly scope: Scope;
  readonly roleId: RoleId;
  /** `oid`, or `sub` where the issuer has no `oid`. */
  readonly principalId: string;
  /** The issuer that the principal's tokens come from. */
  readonly issuer: string;
  readonly createdAt: Instant;
  /** The service account that commands run as which this assignment grants, in clusters that run them in pods. */
  readonly serviceAccount?: string;
}

/** Actions that whoever submitted a command may take on that command, whatever their roles. */
const ownersActions: ReadonlySet<Action> = new Set<Action>([
  'Microsoft.ContainerService/managedClusters/commandResults/read',
  'Microsoft.ContainerService/managedClusters/commandResults/cancel/action',
]);

/**
 * Decides whether one of the principal's assignments grants the action at the scope. `assignments` may be
 * anybody's: those of others are passed over.
 */
export function isGranted(
  principal: Principal,
  assignments: readonly RoleAssignment[],
  action: Action,
  scope: Scope,
): boolean {
  return grantsOf(principal, assignments, action, scope).length > 0;
}

/** Those among the assignments by which the principal may take the action at the scope. */
export function grantsOf(
  principal: Principal,
  assignments: readonly RoleAssignment[],
  action: Action,
  scope: Scope,
): readonly RoleAssignment[] {
  return assignments.filter(
    (assignment) =>
      principalKey({ issuer: assignment.issuer, id: assignment.principalId }) === principalKey(principal) &&
      contains(assignment.scope, scope) &&
      roleById(assignment.roleId)?.actions.includes(action) === true,
  );
}

/** Decides whether having submitted the command is enough for the action. */
export function isGrantedToOwner(principal: Principal, owner: Principal, action: Action): boolean {
  return ownersActions.has(action) && principalKey(principal) === principalKey(owner);
}
