import type { Cluster } from '../core/cluster.ts';
import type { ClusterUid } from '../core/command-id.ts';
import { parseSubscriptionId } from '../core/resource-id.ts';
import type { Config } from '../config/config.ts';
import type { ProcessLane } from '../executors/process/lane.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Store } from '../ports/store.ts';

/** The user that commands of the process lane run as. */
export type LaneOwner = NonNullable<ProcessLane['owner']>;

/**
 * Brings the clusters that the configuration declares into the directory, and tells which of them may use the process
 * lane. What the API may change of such a cluster (its switch, its strictness, its limits) stays as it is there unless
 * the configuration says something else.
 */
export async function declareClusters(
  config: Config,
  parts: { readonly store: Store; readonly clock: Clock; readonly ids: Ids },
  ownSubscription: string,
  owner: LaneOwner | undefined,
): Promise<ReadonlyMap<ClusterUid, ProcessLane>> {
  const lanes = new Map<ClusterUid, ProcessLane>();
  for (const declared of config.clusters) {
    const subscriptionId = declared.subscriptionId ?? parseSubscriptionId(ownSubscription);
    if (subscriptionId === undefined) throw new Error(`The subscription '${ownSubscription}' is not a UUID.`);
    const address = { subscriptionId, resourceGroup: declared.resourceGroup, name: declared.name };
    const cluster = await parts.store.write(async ({ directory }) => {
      const existing = await directory.findCluster(address);
      // A cluster that turns into another kind is another cluster: its old commands are not this one's.
      if (existing !== undefined && existing.executor !== declared.executor)
        await directory.removeCluster(existing.uid);
      const kept = existing?.executor === declared.executor ? existing : undefined;
      const saved: Cluster = {
        uid: kept?.uid ?? parts.ids.clusterUid(),
        address,
        location: kept?.location ?? config.location,
        tags: kept?.tags ?? {},
        origin: 'configuration',
        executor: declared.executor,
        shell: declared.shell,
        runCommandDisabled: declared.disableRunCommand || (kept?.runCommandDisabled ?? false),
        strict: declared.strict || (kept?.strict ?? false),
        limits: { ...kept?.limits, ...declared.limits },
        createdAt: kept?.createdAt ?? parts.clock.now(),
      };
      await directory.saveCluster(saved);
      return saved;
    });
    if (cluster.executor !== 'process') continue;
    lanes.set(cluster.uid, { environment: declared.environment, ...(owner === undefined ? {} : { owner }) });
  }
  return lanes;
}
