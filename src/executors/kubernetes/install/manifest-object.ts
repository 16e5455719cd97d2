import type { JsonObject } from '../../../core/cluster.ts';

/** The kinds of what is installed, in the words of the API, and where each is found. */
const kinds = {
  Namespace: { apiVersion: 'v1', plural: 'namespaces' },
  ConfigMap: { apiVersion: 'v1', plural: 'configmaps' },
  ServiceAccount: { apiVersion: 'v1', plural: 'serviceaccounts' },
  Secret: { apiVersion: 'v1', plural: 'secrets' },
  Role: { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'roles' },
  RoleBinding: { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'rolebindings' },
  ClusterRoleBinding: { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'clusterrolebindings' },
  NetworkPolicy: { apiVersion: 'networking.k8s.io/v1', plural: 'networkpolicies' },
} as const;

/** A kind of what is installed. */
export type ManifestKind = keyof typeof kinds;

/** Reads the name of a kind; `undefined` for one of others. */
export function manifestKindOf(text: string | undefined): ManifestKind | undefined {
  return (Object.keys(kinds) as ManifestKind[]).find((kind) => kind === text);
}

/** Which object is meant. */
export interface ObjectReference {
  readonly kind: ManifestKind;
  readonly name: string;
  /** Absent for what belongs to the whole cluster. */
  readonly namespace?: string;
}

/** An object that is to be there, as the API takes it. */
export interface ManifestObject extends ObjectReference {
  /** Why it is there, in one sentence for whoever reads the manifest. */
  readonly why: string;
  /** The whole object. */
  readonly body: JsonObject;
}

/** The labels of everything that is installed. Those of commands are others (`names.ts`). */
export const installedLabels = {
  'app.kubernetes.io/name': 'longarm',
  'app.kubernetes.io/managed-by': 'longarm',
} as const;

/** Puts an object together. `fields` is what it has beside kind and metadata. */
export function manifestObject(
  reference: ObjectReference,
  why: string,
  fields: JsonObject = {},
  labels: Readonly<Record<string, string>> = {},
): ManifestObject {
  const { kind, name, namespace } = reference;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...installedLabels, ...labels },
  };
  return { ...reference, why, body: { apiVersion: kinds[kind].apiVersion, kind, metadata, ...fields } };
}

/** Where the API has an object. */
export function pathOfObject({ kind, name, namespace }: ObjectReference): string {
  const { apiVersion, plural } = kinds[kind];
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${group}${scope}/${plural}/${encodeURIComponent(name)}`;
}

/** An object in a few words: `RoleBinding longarm in longarm`. */
export function describeObject({ kind, name, namespace }: ObjectReference): string {
  return `${kind} ${name}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
