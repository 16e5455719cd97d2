import { randomUUID } from 'node:crypto';
import type { Role } from '../core/role.ts';
import type { Scope } from '../core/scope.ts';
import { endpointUrl } from './endpoint-url.ts';
import { objectOf, textOf } from './json-fields.ts';
import { pages } from './pages.ts';
import { type CallOptions, removeResource, requestJson, type Session } from './session.ts';

const apiVersion = '2022-04-01';

/** A role assignment as ARM shows it, as far as people read it. */
export interface RoleAssignmentView {
  /** The whole ARM id. */
  readonly id: string;
  /** The GUID at its end. */
  readonly name: string;
  readonly scope: string;
  /** The GUID of the role definition. */
  readonly roleId: string;
  readonly principalId: string;
  /** Where the principal is not one of the server's own clients. */
  readonly issuer: string | undefined;
  /** What commands run as which it grants. */
  readonly serviceAccount: string | undefined;
}

/** What a role assignment may say beyond the vendor's fields. */
export interface AssignmentExtras {
  /** For principals of an issuer that is not the server itself. */
  readonly issuer: string | undefined;
  /** What commands run as which it grants, where they run in pods. */
  readonly serviceAccount: string | undefined;
}

/** Role assignments as ARM resources. */
export interface RoleAssignments {
  /** Those at the scope, above it and below it, as the endpoint has it. */
  list(scope: Scope, options?: CallOptions): AsyncIterable<RoleAssignmentView>;
  /** Makes an assignment under a name of its own. */
  assign(
    scope: Scope,
    role: Role,
    principalId: string,
    extras: AssignmentExtras,
    options?: CallOptions,
  ): Promise<RoleAssignmentView>;
  /** Removes the assignment with this name (a GUID). @returns whether there was one. */
  remove(scope: Scope, name: string, options?: CallOptions): Promise<boolean>;
}

/** The operations on role assignments. */
export function roleAssignments(session: Session): RoleAssignments {
  const urlOf = (scope: Scope, name = ''): URL => {
    const prefix = scope === '/' ? '' : scope.split('/').map(encodeURIComponent).join('/');
    const path = `${prefix}/providers/Microsoft.Authorization/roleAssignments${name === '' ? '' : `/${encodeURIComponent(name)}`}`;
    return endpointUrl(session.endpoint, path, { 'api-version': apiVersion });
  };
  return {
    list: async function* (scope, options = {}) {
      for await (const item of pages(session, urlOf(scope), options)) yield readAssignment(item);
    },
    assign: async (scope, role, principalId, { issuer, serviceAccount }, options = {}) => {
      const longarm = {
        ...(issuer === undefined ? {} : { issuer }),
        ...(serviceAccount === undefined ? {} : { serviceAccount }),
      };
      const value = {
        properties: {
          roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${role.id}`,
          principalId,
          ...(Object.keys(longarm).length === 0 ? {} : { longarm }),
        },
      };
      // The name is chosen here, so that sending it twice makes one assignment.
      return readAssignment(await requestJson(session, 'PUT', urlOf(scope, randomUUID()), { ...options, value }));
    },
    remove: (scope, name, options = {}) => removeResource(session, urlOf(scope, name), options),
  };
}

function readAssignment(body: unknown): RoleAssignmentView {
  const object = objectOf(body);
  const properties = objectOf(object['properties']);
  const roleDefinitionId = textOf(properties, 'roleDefinitionId') ?? '';
  return {
    id: textOf(object, 'id') ?? '',
    name: textOf(object, 'name') ?? '',
    scope: textOf(properties, 'scope') ?? '',
    roleId: roleDefinitionId.slice(roleDefinitionId.lastIndexOf('/') + 1),
    principalId: textOf(properties, 'principalId') ?? '',
    issuer: textOf(objectOf(properties['longarm']), 'issuer'),
    serviceAccount: textOf(objectOf(properties['longarm']), 'serviceAccount'),
  };
}
