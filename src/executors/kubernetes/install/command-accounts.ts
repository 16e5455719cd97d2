import { type ManifestObject, manifestObject } from './manifest-object.ts';

/** A service account that commands may run as. */
export interface CommandAccount {
  readonly name: string;
  /** What it may do, in the whole cluster: one of the roles that every cluster has. */
  readonly clusterRole: string;
  readonly why: string;
}

/**
 * The service accounts of commands. `edit` of the whole cluster can use any service account there is, by a pod, and so do
 * what any of them may: it keeps from mistakes, not from people who mean it.
 */
export const commandAccounts: readonly CommandAccount[] = [
  {
    name: 'view',
    clusterRole: 'view',
    why: 'Commands run as it unless something else is said: they read most objects of all namespaces, and no Secrets.',
  },
  {
    name: 'edit',
    clusterRole: 'edit',
    why: 'For role assignments that name it: commands change workloads in all namespaces and read Secrets, so they can act as any service account.',
  },
  {
    name: 'admin',
    clusterRole: 'cluster-admin',
    why: 'For role assignments that name it: commands may do everything. Delete it and its binding where nobody is to.',
  },
];

/** A service account of commands with its binding. */
export function accountObjects(
  namespace: string,
  { name, clusterRole, why }: CommandAccount,
): readonly ManifestObject[] {
  const binding = {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  };
  return [
    // A pod of ours mounts a token of its own; what else uses the account gets none by accident.
    manifestObject({ kind: 'ServiceAccount', name, namespace }, why, { automountServiceAccountToken: false }),
    manifestObject(
      { kind: 'ClusterRoleBinding', name: `longarm:${namespace}:${name}` },
      `Gives the service account ${name} what the role ${clusterRole} may, in all namespaces.`,
      binding,
    ),
  ];
}
