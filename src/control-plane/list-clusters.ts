import type { Cluster } from '../core/cluster.ts';
import type { SubscriptionId } from '../core/resource-id.ts';
import { clusterScope, groupScope } from '../core/scope.ts';
import { hasAccess, look, requireAccess } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';

const action = 'Microsoft.ContainerService/managedClusters/read';

/**
 * The clusters of a subscription, or of a resource group in it, as far as the actor may see them. Empty where it
 * may see the scope and nothing is there.
 * @throws {LongarmError} `AuthorizationFailed` where it may see neither the scope nor any cluster below it.
 */
export async function listClusters(
  plane: ControlPlane,
  actor: Actor,
  subscriptionId: SubscriptionId,
  resourceGroup?: string,
): Promise<readonly Cluster[]> {
  return look(plane, actor, async (repositories) => {
    const clusters = await repositories.directory.clusters(subscriptionId, resourceGroup);
    const visible: Cluster[] = [];
    for (const cluster of clusters) {
      if (await hasAccess(repositories, actor, action, clusterScope(cluster.address))) visible.push(cluster);
    }
    if (visible.length === 0) {
      await requireAccess(repositories, actor, action, groupScope(subscriptionId, resourceGroup));
    }
    return visible;
  });
}
