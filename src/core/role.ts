import type { Brand } from './brand.ts';

/** What may be done. Azure's own words where Azure has one; compared without regard to case. */
export const actions = [
  'Microsoft.Resources/subscriptions/read',
  'Microsoft.Authorization/roleAssignments/read',
  'Microsoft.Authorization/roleAssignments/write',
  'Microsoft.Authorization/roleAssignments/delete',
  'Microsoft.Authorization/roleDefinitions/read',
  'Microsoft.ContainerService/managedClusters/read',
  'Microsoft.ContainerService/managedClusters/write',
  'Microsoft.ContainerService/managedClusters/delete',
  'Microsoft.ContainerService/managedClusters/runcommand/action',
  'Microsoft.ContainerService/managedClusters/commandResults/read',
  'Microsoft.ContainerService/managedClusters/commandResults/cancel/action',
  'Microsoft.ContainerService/managedClusters/commandResults/delete',
] as const;

/** One of `actions`. */
export type Action = (typeof actions)[number];

/** The name of a built-in role. */
export type RoleName = 'reader' | 'command-runner' | 'administrator';

/** The GUID by which a role assignment names its role definition. */
export type RoleId = Brand<string, 'RoleId'>;

/** A role: a named set of actions. */
export interface Role {
  readonly id: RoleId;
  readonly name: RoleName;
  readonly title: string;
  readonly description: string;
  readonly actions: readonly Action[];
}

const seeActions: readonly Action[] = [
  'Microsoft.Resources/subscriptions/read',
  'Microsoft.Authorization/roleDefinitions/read',
  'Microsoft.ContainerService/managedClusters/read',
];

/**
 * The built-in roles. A command runner reads and cancels what it submitted by the rule of ownership
 * (`core/access.ts`), so running a command and reading its result never need two grants.
 */
export const roles: readonly Role[] = [
  {
    id: '5f0c6a4e-6d1b-4c53-9a2e-3f4f0d7f1a01' as RoleId,
    name: 'reader',
    title: 'Longarm Reader',
    description: 'Sees clusters and everybody’s commands with their results; changes and runs nothing.',
    actions: [
      ...seeActions,
      'Microsoft.Authorization/roleAssignments/read',
      'Microsoft.ContainerService/managedClusters/commandResults/read',
    ],
  },
  {
    id: '5f0c6a4e-6d1b-4c53-9a2e-3f4f0d7f1a02' as RoleId,
    name: 'command-runner',
    title: 'Longarm Command Runner',
    description: 'Sees clusters, runs commands in them, and reads and cancels the commands it submitted.',
    actions: [...seeActions, 'Microsoft.ContainerService/managedClusters/runcommand/action'],
  },
  {
    id: '5f0c6a4e-6d1b-4c53-9a2e-3f4f0d7f1a03' as RoleId,
    name: 'administrator',
    title: 'Longarm Administrator',
    description: 'May do everything at its scope, role assignments included.',
    actions,
  },
];

/** The role with this id, in any case; `undefined` where there is none. */
export function roleById(id: string): Role | undefined {
  return roles.find((role) => role.id === id.toLowerCase());
}

/** The role with this name; `undefined` where there is none. */
export function roleByName(name: string): Role | undefined {
  return roles.find((role) => role.name === name);
}
