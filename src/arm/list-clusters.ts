import Type from 'typebox';
import { listClusters } from '../control-plane/list-clusters.ts';
import { parseGroup, parseSubscription } from '../wire/cluster-path.ts';
import { toManagedCluster } from '../wire/managed-cluster.ts';
import { managedClusterSchema } from '../wire/managed-cluster-schema.ts';
import type { Operation } from '../wire/operation.ts';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { paths } from './paths.ts';

const managedClusterListSchema = Type.Object({ value: Type.Array(managedClusterSchema) });

/** *Managed Clusters: List*. */
export function listClustersOperation(parts: ArmParts): Operation {
  return {
    id: 'ManagedClusters_List',
    method: 'GET',
    path: paths.clustersOfSubscription,
    summary: 'Lists the managed clusters of the subscription that the caller may see.',
    extension: false,
    apiVersioned: true,
    access: { type: 'signedIn' },
    parameters: [],
    responses: { 200: { description: 'OK', schema: managedClusterListSchema } },
    handle: async (request) => {
      const clusters = await listClusters(parts.plane, actorOf(request), parseSubscription(request.params));
      const value = { value: clusters.map((cluster) => toManagedCluster(cluster, parts.style)) };
      return { status: 200, body: { type: 'json', value } };
    },
  };
}

/** *Managed Clusters: List By Resource Group*. */
export function listClustersByGroupOperation(parts: ArmParts): Operation {
  return {
    ...listClustersOperation(parts),
    id: 'ManagedClusters_ListByResourceGroup',
    path: paths.clusters,
    summary: 'Lists the managed clusters of the resource group that the caller may see.',
    handle: async (request) => {
      const subscriptionId = parseSubscription(request.params);
      const clusters = await listClusters(parts.plane, actorOf(request), subscriptionId, parseGroup(request.params));
      const value = { value: clusters.map((cluster) => toManagedCluster(cluster, parts.style)) };
      return { status: 200, body: { type: 'json', value } };
    },
  };
}
