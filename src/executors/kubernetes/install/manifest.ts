import { anchorName } from '../names.ts';
import { accountObjects, commandAccounts } from './command-accounts.ts';
import { type ManifestObject, manifestObject } from './manifest-object.ts';
import { metadataPolicy } from './metadata-policy.ts';
import { serverRules } from './server-rights.ts';
import { type ServerPrincipal, subjectOf } from './server-principal.ts';

/** The service account that the server uses, where it is not known to the cluster as somebody else. */
export const serverAccount = 'longarm';

/** What is to be installed. */
export interface ManifestOptions {
  readonly namespace: string;
  /**
   * Who the server is to the cluster. `own-account`: a service account that is made for it. `administrator`: somebody
   * who may do everything already, so nothing is made.
   */
  readonly server: 'own-account' | 'administrator' | readonly ServerPrincipal[];
}

/**
 * Everything that a cluster has to hold before commands run in it, in the order in which it is to be applied. Pure, and
 * the same for the same options. It holds no secret.
 */
export function buildManifest({ namespace, server }: ManifestOptions): readonly ManifestObject[] {
  return [
    manifestObject(
      { kind: 'Namespace', name: namespace },
      'Commands run here, and only pods that keep to the restricted standard of Pod Security are admitted.',
      {},
      podSecurity,
    ),
    manifestObject(
      { kind: 'ConfigMap', name: anchorName, namespace },
      'Owns every pod and Secret that Longarm makes: they are deleted with it.',
    ),
    ...commandAccounts.flatMap((account) => accountObjects(namespace, account)),
    ...serverObjects(namespace, server),
    metadataPolicy(namespace),
  ];
}

const podSecurity = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/audit': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
};

function serverObjects(namespace: string, server: ManifestOptions['server']): readonly ManifestObject[] {
  if (server === 'administrator') return [];
  const own = { kind: 'ServiceAccount', name: serverAccount, namespace } as const;
  const subjects = server === 'own-account' ? [{ ...own }] : server.map(subjectOf);
  const account = manifestObject(own, 'The Longarm server is this to the cluster. No command runs as it.', {
    automountServiceAccountToken: false,
  });
  return [
    ...(server === 'own-account' ? [account] : []),
    manifestObject(
      { kind: 'Role', name: serverAccount, namespace },
      'What the server asks for, all of it in this namespace. Who may make pods here may use the service accounts above.',
      { rules: serverRules(namespace) },
    ),
    manifestObject({ kind: 'RoleBinding', name: serverAccount, namespace }, 'Gives it to the server.', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: serverAccount },
      subjects,
    }),
  ];
}
