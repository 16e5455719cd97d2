import type { JsonObject } from '../../../core/cluster.ts';
import { anchorName } from '../names.ts';

/** Something that the server asks of the namespace of its commands. */
export interface ServerRight {
  /** As RBAC writes it: `pods/exec` for a subresource. All are of the core group. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Only this object. `namespace` stands for the namespace itself. */
  readonly only?: { readonly name: string } | 'namespace';
  /** What would not work without it. */
  readonly serves: string;
}

/** Everything that the server asks, and nothing else: the Role is made of it, and `longarm doctor` asks for each. */
export const serverRights: readonly ServerRight[] = [
  {
    resource: 'pods',
    verbs: ['create', 'delete', 'get', 'list', 'watch'],
    serves: 'starting commands, seeing what becomes of them, removing them',
  },
  // A WebSocket is opened by a GET; clusters from 1.35 on ask for `create` as well.
  { resource: 'pods/exec', verbs: ['create', 'get'], serves: 'reading output, handing in files, cancelling' },
  { resource: 'secrets', verbs: ['create', 'delete', 'list'], serves: 'handing attached files to a command' },
  { resource: 'events', verbs: ['list'], serves: 'saying why a command does not start' },
  { resource: 'configmaps', verbs: ['get'], only: { name: anchorName }, serves: 'finding what owns the pods' },
  { resource: 'serviceaccounts', verbs: ['get'], serves: 'longarm doctor' },
  { resource: 'namespaces', verbs: ['get'], only: 'namespace', serves: 'longarm doctor' },
];

/** The rules of the server's Role. */
export function serverRules(namespace: string): readonly JsonObject[] {
  return serverRights.map(({ resource, verbs, only }) => ({
    apiGroups: [''],
    resources: [resource],
    ...(only === undefined ? {} : { resourceNames: [nameOf(only, namespace)] }),
    verbs: [...verbs],
  }));
}

/** The one object that a right is about. */
export function nameOf(only: NonNullable<ServerRight['only']>, namespace: string): string {
  return only === 'namespace' ? namespace : only.name;
}
