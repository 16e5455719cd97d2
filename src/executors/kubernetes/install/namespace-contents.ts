import { fieldOf, listOf, textOf } from '../client/json-fields.ts';
import type { KubernetesClient } from '../client/kubernetes-client.ts';
import { KubernetesError } from '../client/kubernetes-error.ts';

/** What is in each namespace without anybody's doing, and what only tells of other objects. */
const everywhere = [
  /^configmaps\/(?:kube-root-ca|openshift-service-ca)\.crt$/,
  /^serviceaccounts\/(?:default|builder|deployer)$/,
  /^secrets\/(?:default|builder|deployer)-(?:token|dockercfg)-/,
  /^rolebindings\/system:(?:deployers|image-builders|image-pullers)$/,
  /^(?:events|events\.k8s\.io|endpoints|endpointslices|pods\.metrics|packagemanifests)\//,
];

/** How many objects of one kind are looked at: one is enough to keep a namespace. */
const limit = '20';

interface NamespacedList {
  readonly path: string;
  readonly resource: string;
}

/**
 * The names of what a namespace holds, as `pods/name`, without what every namespace holds. Objects that are going away
 * are not counted.
 * @throws {KubernetesError} where something cannot be listed: then nobody knows whether the namespace is empty.
 */
export async function namespaceContents(
  client: KubernetesClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { path, resource } of await namespacedLists(client, namespace, signal)) {
    const list = await listOrNone(client, path, signal);
    for (const item of listOf(list, 'items')) {
      const metadata = fieldOf(item, 'metadata');
      if (fieldOf(metadata, 'deletionTimestamp') !== undefined) continue;
      const name = `${resource}/${textOf(metadata, 'name') ?? ''}`;
      if (!everywhere.some((usual) => usual.test(name))) found.push(name);
    }
  }
  return found;
}

async function namespacedLists(
  client: KubernetesClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly NamespacedList[]> {
  const groups = await client.request({ method: 'GET', path: '/apis' }, signal);
  const versions = listOf(groups, 'groups').flatMap(
    (group) => textOf(fieldOf(group, 'preferredVersion'), 'groupVersion') ?? [],
  );
  const roots = ['/api/v1', ...versions.map((version) => `/apis/${version}`)];
  const lists = await Promise.all(
    roots.map(async (root) => {
      const resources = listOf(await client.request({ method: 'GET', path: root }, signal), 'resources');
      return resources.flatMap((resource) => {
        const name = textOf(resource, 'name') ?? '';
        const isListed = fieldOf(resource, 'namespaced') === true && listOf(resource, 'verbs').includes('list');
        return isListed && !name.includes('/')
          ? [{ path: `${root}/namespaces/${namespace}/${name}`, resource: name }]
          : [];
      });
    }),
  );
  return lists.flat();
}

async function listOrNone(client: KubernetesClient, path: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await client.request({ method: 'GET', path, query: { limit } }, signal);
  } catch (error) {
    // Listed as being there, and gone: a definition that was removed meanwhile.
    if (error instanceof KubernetesError && (error.code === 404 || error.code === 405)) return undefined;
    throw error;
  }
}
