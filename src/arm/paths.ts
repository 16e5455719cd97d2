import type { CommandId } from '../core/command-id.ts';
import type { ClusterAddress } from '../core/resource-id.ts';
import type { Action } from '../core/role.ts';
import { clusterScope } from '../core/scope.ts';
import { parseClusterAddress } from '../wire/cluster-path.ts';
import type { Access, OperationRequest } from '../wire/operation.ts';

const groups = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}';

/** Path templates of the operations, as the API reference writes them. */
export const paths = {
  subscription: '/subscriptions/{subscriptionId}',
  group: groups,
  clustersOfSubscription: '/subscriptions/{subscriptionId}/providers/Microsoft.ContainerService/managedClusters',
  clusters: `${groups}/providers/Microsoft.ContainerService/managedClusters`,
  cluster: `${groups}/providers/Microsoft.ContainerService/managedClusters/{resourceName}`,
} as const;

/** The query key by which our own `Location` asks for a held poll. */
export const holdKey = 'longarmWait';

/**
 * The absolute address of a command's result under the request's own api-version. `resourcegroups` is in lower case
 * as in the API reference's example, and a query always follows the id: `az` finds the id by the `?` behind it.
 */
function resultLocation(
  request: OperationRequest,
  address: ClusterAddress,
  id: CommandId,
  holdSeconds: number,
): string {
  const { subscriptionId, resourceGroup, name } = address;
  const path = `/subscriptions/${subscriptionId}/resourcegroups/${encodeURIComponent(resourceGroup)}/providers/Microsoft.ContainerService/managedClusters/${name}/commandResults/${id}`;
  const hold = holdSeconds > 0 ? `&${holdKey}=${holdSeconds}` : '';
  return `${request.baseUrl}${path}?api-version=${request.query['api-version']}${hold}`;
}

/** `Location` and the poll interval of every 202. `Retry-After: 0` would read as absent. */
export function pollHeaders(
  request: OperationRequest,
  address: ClusterAddress,
  id: CommandId,
  holdSeconds: number,
): Record<string, string> {
  return { location: resultLocation(request, address, id, holdSeconds), 'retry-after': '1' };
}

/** Who may call an operation on a cluster: whom a role assignment grants the action at its scope. */
export function clusterAccess(action: Action): Access {
  return { type: 'granted', action, scope: (params) => clusterScope(parseClusterAddress(params)) };
}
