import { deleteCluster } from '../control-plane/delete-cluster.ts';
import { parseClusterAddress } from '../wire/cluster-path.ts';
import type { Operation } from '../wire/operation.ts';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { clusterAccess, paths } from './paths.ts';

/** *Managed Clusters: Delete*. Done at once; 204 when there was none. */
export function deleteClusterOperation(parts: ArmParts): Operation {
  return {
    id: 'ManagedClusters_Delete',
    method: 'DELETE',
    path: paths.cluster,
    summary: 'Deletes a managed cluster that has no unfinished commands.',
    extension: false,
    apiVersioned: true,
    access: clusterAccess('Microsoft.ContainerService/managedClusters/delete'),
    parameters: [],
    responses: { 200: { description: 'Deleted.' }, 204: { description: 'There was none.' } },
    handle: async (request) => {
      const deleted = await deleteCluster(parts.plane, actorOf(request), parseClusterAddress(request.params));
      return { status: deleted ? 200 : 204 };
    },
  };
}
