import { putCluster } from '../control-plane/put-cluster.ts';
import { parseClusterAddress } from '../wire/cluster-path.ts';
import { parseManagedClusterBody, toManagedCluster } from '../wire/managed-cluster.ts';
import {
  type ManagedClusterBody,
  managedClusterBodySchema,
  managedClusterSchema,
} from '../wire/managed-cluster-schema.ts';
import type { Operation } from '../wire/operation.ts';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { clusterAccess, paths } from './paths.ts';

/** *Managed Clusters: Create Or Update*. Done at once, so clients have nothing to poll. */
export function putClusterOperation(parts: ArmParts): Operation {
  return {
    id: 'ManagedClusters_CreateOrUpdate',
    method: 'PUT',
    path: paths.cluster,
    summary: 'Creates or updates a managed cluster.',
    extension: false,
    apiVersioned: true,
    access: clusterAccess('Microsoft.ContainerService/managedClusters/write'),
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
