import Type from 'typebox';
import {
  deleteRoleAssignment,
  getRoleAssignment,
  listRoleAssignments,
  listRoles,
  putRoleAssignment,
} from '../control-plane/role-assignments.ts';
import { type Action, roles } from '../core/role.ts';
import { clusterScope, groupScope, rootScope, type Scope } from '../core/scope.ts';
import { parseClusterAddress, parseGroup, type PathParameters, parseSubscription } from '../wire/cluster-path.ts';
import type { Operation } from '../wire/operation.ts';
import { parseRoleAssignmentBody, parseRoleAssignmentId, toRoleAssignment } from '../wire/role-assignment.ts';
import {
  type RoleAssignmentBody,
  roleAssignmentBodySchema,
  roleAssignmentSchema,
} from '../wire/role-assignment-schema.ts';
import { roleDefinitionSchema, toRoleDefinition } from '../wire/role-definition.ts';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { paths } from './paths.ts';

/** A place at which roles are assigned: ARM hangs the same operations on each. */
interface Place {
  readonly suffix: string;
  readonly path: string;
  readonly scope: (params: PathParameters) => Scope;
}

const places: readonly Place[] = [
  { suffix: 'AtRoot', path: '', scope: () => rootScope },
  { suffix: 'ForSubscription', path: paths.subscription, scope: (params) => groupScope(parseSubscription(params)) },
  {
    suffix: 'ForResourceGroup',
    path: paths.group,
    scope: (params) => groupScope(parseSubscription(params), parseGroup(params)),
  },
  { suffix: 'ForCluster', path: paths.cluster, scope: (params) => clusterScope(parseClusterAddress(params)) },
];

/** The first version of Microsoft.Authorization; clients in the field send dates long before managed clusters had any. */
const oldestApiVersion = '2015-07-01';

/** *Role Assignments* and *Role Definitions: List*, at every scope that Longarm knows. */
export function roleOperations(parts: ArmParts): readonly Operation[] {
  return places.flatMap((place) => [
    putOperation(parts, place),
    getOperation(parts, place),
    listOperation(parts, place),
    deleteOperation(parts, place),
    listDefinitionsOperation(parts, place),
  ]);
}

function common(place: Place, action: Action) {
  return {
    extension: false,
    apiVersioned: true,
    oldestApiVersion,
    access: { type: 'granted', action, scope: place.scope },
    parameters: [],
  } as const;
}

function assignmentPath(place: Place): string {
  return `${place.path}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}`;
}

function putOperation(parts: ArmParts, place: Place): Operation {
  return {
    ...common(place, 'Microsoft.Authorization/roleAssignments/write'),
    id: `RoleAssignments_Create_${place.suffix}`,
    method: 'PUT',
    path: assignmentPath(place),
    summary: 'Grants a role at this scope.',
    body: { contentType: 'application/json', schema: roleAssignmentBodySchema },
    responses: { 201: { description: 'Created, or there already.', schema: roleAssignmentSchema } },
    handle: async (request) => {
      // The server has held the body against the schema.
      const body = parseRoleAssignmentBody(request.body as RoleAssignmentBody);
      const assignment = await putRoleAssignment(parts.plane, actorOf(request), {
        id: parseRoleAssignmentId(request.params['roleAssignmentName'] ?? ''),
        scope: place.scope(request.params),
        roleId: body.roleId,
        principalId: body.principalId,
        issuer: body.issuer ?? parts.ownIssuer,
        ...(body.serviceAccount === undefined ? {} : { serviceAccount: body.serviceAccount }),
      });
      return { status: 201, body: { type: 'json', value: toRoleAssignment(assignment, parts.style) } };
    },
  };
}

function getOperation(parts: ArmParts, place: Place): Operation {
  return {
    ...common(place, 'Microsoft.Authorization/roleAssignments/read'),
    id: `RoleAssignments_Get_${place.suffix}`,
    method: 'GET',
    path: assignmentPath(place),
    summary: 'Gets a role assignment at this scope.',
    responses: { 200: { description: 'OK', schema: roleAssignmentSchema } },
    handle: async (request) => {
      const id = parseRoleAssignmentId(request.params['roleAssignmentName'] ?? '');
      const found = await getRoleAssignment(parts.plane, actorOf(request), place.scope(request.params), id);
      return { status: 200, body: { type: 'json', value: toRoleAssignment(found, parts.style) } };
    },
  };
}

function listOperation(parts: ArmParts, place: Place): Operation {
  return {
    ...common(place, 'Microsoft.Authorization/roleAssignments/read'),
    id: `RoleAssignments_List_${place.suffix}`,
    method: 'GET',
    path: `${place.path}/providers/Microsoft.Authorization/roleAssignments`,
    summary: 'Lists the role assignments at, above and below this scope.',
    responses: { 200: { description: 'OK', schema: Type.Object({ value: Type.Array(roleAssignmentSchema) }) } },
    handle: async (request) => {
      const found = await listRoleAssignments(parts.plane, actorOf(request), place.scope(request.params));
      const value = { value: found.map((assignment) => toRoleAssignment(assignment, parts.style)) };
      return { status: 200, body: { type: 'json', value } };
    },
  };
}

function deleteOperation(parts: ArmParts, place: Place): Operation {
  return {
    ...common(place, 'Microsoft.Authorization/roleAssignments/delete'),
    id: `RoleAssignments_Delete_${place.suffix}`,
    method: 'DELETE',
    path: assignmentPath(place),
    summary: 'Takes a role back.',
    responses: {
      200: { description: 'Deleted.', schema: roleAssignmentSchema },
      204: { description: 'There was none.' },
    },
    handle: async (request) => {
      const id = parseRoleAssignmentId(request.params['roleAssignmentName'] ?? '');
      const deleted = await deleteRoleAssignment(parts.plane, actorOf(request), place.scope(request.params), id);
      if (deleted === undefined) return { status: 204 };
      return { status: 200, body: { type: 'json', value: toRoleAssignment(deleted, parts.style) } };
    },
  };
}

function listDefinitionsOperation(parts: ArmParts, place: Place): Operation {
  return {
    ...common(place, 'Microsoft.Authorization/roleDefinitions/read'),
    id: `RoleDefinitions_List_${place.suffix}`,
    method: 'GET',
    path: `${place.path}/providers/Microsoft.Authorization/roleDefinitions`,
    summary: 'Lists the built-in roles.',
    responses: { 200: { description: 'OK', schema: Type.Object({ value: Type.Array(roleDefinitionSchema) }) } },
    handle: async (request) => {
      const found = await listRoles(parts.plane, actorOf(request), place.scope(request.params), roles);
      return { status: 200, body: { type: 'json', value: { value: found.map(toRoleDefinition) } } };
    },
  };
}
