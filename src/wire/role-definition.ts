import Type, { type Static } from 'typebox';
import type { Role, RoleId } from '../core/role.ts';

const texts = Type.Array(Type.String());

/** A role definition as ARM shows it. Source: API reference, *Role Definitions: Get*. */
export const roleDefinitionSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  type: Type.String(),
  properties: Type.Object({
    roleName: Type.String(),
    type: Type.String(),
    description: Type.String(),
    assignableScopes: texts,
    permissions: Type.Array(
      Type.Object({ actions: texts, notActions: texts, dataActions: texts, notDataActions: texts }),
    ),
  }),
});

/** A role definition as ARM shows it. */
export type RoleDefinition = Static<typeof roleDefinitionSchema>;

/** The ARM id of a role definition. Built-in roles are of no subscription. */
export function roleDefinitionResourceId(id: RoleId): string {
  return `/providers/Microsoft.Authorization/roleDefinitions/${id}`;
}

/** A built-in role as ARM shows it. */
export function toRoleDefinition(role: Role): RoleDefinition {
  return {
    id: roleDefinitionResourceId(role.id),
    name: role.id,
    type: 'Microsoft.Authorization/roleDefinitions',
    properties: {
      roleName: role.title,
      type: 'BuiltInRole',
      description: role.description,
      assignableScopes: ['/'],
      permissions: [{ actions: [...role.actions], notActions: [], dataActions: [], notDataActions: [] }],
    },
  };
}
