import { LongarmError } from '../core/error-code.ts';
import { type ClusterAddress, clusterResourceId } from '../core/resource-id.ts';
import { clusterScope } from '../core/scope.ts';
import { act, requireAccess } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';
import { requireNoneUnfinished } from './unfinished-commands.ts';

/**
 * Removes a cluster. Its finished commands go with it: a cluster made anew under its name shows nothing old.
 * @returns false when there was none, which ARM answers with 204.
 * @throws {LongarmError} `AuthorizationFailed`, `ClusterHasUnfinishedCommands`, `InvalidParameter` for a cluster that the
 * server's own configuration names.
 */
export async function deleteCluster(plane: ControlPlane, actor: Actor, address: ClusterAddress): Promise<boolean> {
  return act(plane, actor, async (repositories) => {
    const action = 'Microsoft.ContainerService/managedClusters/delete';
    await requireAccess(repositories, actor, action, clusterScope(address));
    const cluster = await repositories.directory.findCluster(address);
    if (cluster === undefined) return false;
    if (cluster.origin === 'configuration') {
      throw new LongarmError(
        'InvalidParameter',
        `Cluster '${address.name}' is named in the server's own configuration. Remove it there and restart the server.`,
        { target: 'resourceName' },
      );
    }
    requireNoneUnfinished(
      cluster,
      await repositories.commands.unfinished(cluster.uid),
      'Cancel them or wait, or switch run command off, which stops them.',
    );
    await repositories.directory.removeCluster(cluster.uid);
    await repositories.audit.append({
      at: plane.clock.now(),
      verb: 'cluster.delete',
      principal: actor.principal,
      target: clusterResourceId(cluster.address),
      correlationId: actor.correlationId,
      details: { uid: cluster.uid },
    });
    return true;
  });
}
