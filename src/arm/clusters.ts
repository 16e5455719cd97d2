import Type from 'typebox';
import { getCluster, listClusters } from '../control-plane/clusters.ts';
import { deleteCluster } from '../control-plane/delete-cluster.ts';
import { putCluster } from '../control-plane/put-cluster.ts';
import type { Action } from '../core/role.ts';
import { clusterScope } from '../core/scope.ts';
import { parseClusterAddress, parseGroup, parseSubscription } from '../wire/cluster-path.ts';
import { parseManagedClusterBody, toManagedCluster } from '../wire/managed-cluster.ts';
import {
  type ManagedClusterBody,
  managedClusterBodySchema,
  managedClusterSchema,
} from '../wire/managed-cluster-schema.ts';
import type { Access, Operation } from '../wire/operation.ts';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { paths } from './paths.ts';

const managedClusterListSchema = Type.Object({ value: Type.Array(managedClusterSchema) });

/** *Managed Clusters: Get*. `az` and PowerShell ask for the cluster before they run a command in it. */
export function getClusterOperation(parts: ArmParts): Operation {
  return {
    id: 'ManagedClusters_Get',
    method: 'GET',
    path: paths.cluster,
    summary: 'Gets a managed cluster.',
    extension: false,
    apiVersioned: true,
    access: onCluster('Microsoft.ContainerService/managedClusters/read'),
    parameters: [],
    responses: { 200: { description: 'OK', schema: managedClusterSchema } },
    handle: async (request) => {
      const cluster = await getCluster(parts.plane, actorOf(request), parseClusterAddress(request.params));
      return { status: 200, body: { type: 'json', value: toManagedCluster(cluster, parts.style) } };
    },
  };
}

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

/** *Managed Clusters: Create Or Update*. Done at once, so clients have nothing to poll. */
export function putClusterOperation(parts: ArmParts): Operation {
  return {
    id: 'ManagedClusters_CreateOrUpdate',
    method: 'PUT',
    path: paths.cluster,
    summary: 'Creates or updates a managed cluster.',
    extension: false,
    apiVersioned: true,
    access: onCluster('Microsoft.ContainerService/managedClusters/write'),
    parameters: [],
    body: { contentType: 'application/json', schema: managedClusterBodySchema },
    responses: {
      200: { description: 'Updated.', schema: managedClusterSchema },
      201: { description: 'Created.', schema: managedClusterSchema },
    },
    handle: async (request) => {
      // The server has held the body against the schema.
      const change = parseManagedClusterBody(request.body as ManagedClusterBody);
      const address = parseClusterAddress(request.params);
      const { cluster, created } = await putCluster(parts.plane, actorOf(request), address, change);
      const value = toManagedCluster(cluster, parts.style);
      return { status: created ? 201 : 200, body: { type: 'json', value } };
    },
  };
}

/** *Managed Clusters: Delete*. Done at once; 204 when there was none. */
export function deleteClusterOperation(parts: ArmParts): Operation {
  return {
    id: 'ManagedClusters_Delete',
    method: 'DELETE',
    path: paths.cluster,
    summary: 'Deletes a managed cluster that has no unfinished commands.',
    extension: false,
    apiVersioned: true,
    access: onCluster('Microsoft.ContainerService/managedClusters/delete'),
    parameters: [],
    responses: { 200: { description: 'Deleted.' }, 204: { description: 'There was none.' } },
    handle: async (request) => {
      const deleted = await deleteCluster(parts.plane, actorOf(request), parseClusterAddress(request.params));
      return { status: deleted ? 200 : 204 };
    },
  };
}

function onCluster(action: Action): Access {
  return { type: 'granted', action, scope: (params) => clusterScope(parseClusterAddress(params)) };
}
