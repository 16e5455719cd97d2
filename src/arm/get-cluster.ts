import { getCluster } from '../control-plane/get-cluster.ts';
import { parseClusterAddress } from '../wire/cluster-path.ts';
import { toManagedCluster } from '../wire/managed-cluster.ts';
import { managedClusterSchema } from '../wire/managed-cluster-schema.ts';
import type { Operation } from '../wire/operation.ts';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { clusterAccess, paths } from './paths.ts';

/** *Managed Clusters: Get*. `az` and PowerShell ask for the cluster before they run a command in it. */
export function getClusterOperation(parts: ArmParts): Operation {
  return {
    id: 'ManagedClusters_Get',
    method: 'GET',
    path: paths.cluster,
    summary: 'Gets a managed cluster.',
    extension: false,
    apiVersioned: true,
    access: clusterAccess('Microsoft.ContainerService/managedClusters/read'),
    parameters: [],
    responses: { 200: { description: 'OK', schema: managedClusterSchema } },
    handle: async (request) => {
      const cluster = await getCluster(parts.plane, actorOf(request), parseClusterAddress(request.params));
      return { status: 200, body: { type: 'json', value: toManagedCluster(cluster, parts.style) } };
    },
  };
}
