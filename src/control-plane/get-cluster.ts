import type { Cluster } from '../core/cluster.ts';
import type { ClusterAddress } from '../core/resource-id.ts';
import { look, requireCluster } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';

/** The cluster at an address. @throws {LongarmError} `AuthorizationFailed`, `ResourceNotFound`. */
export async function getCluster(plane: ControlPlane, actor: Actor, address: ClusterAddress): Promise<Cluster> {
  const action = 'Microsoft.ContainerService/managedClusters/read';
  return look(plane, actor, (repositories) => requireCluster(repositories, actor, action, address));
}
