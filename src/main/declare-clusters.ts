import { stopCommands } from '../control-plane/stop-commands.ts';
import type { Config } from '../config/config.ts';
import type { DeclaredCluster } from '../config/declared-cluster.ts';
import type { Cluster } from '../core/cluster.ts';
import type { ClusterUid } from '../core/command-id.ts';
import { type ClusterAddress, parseSubscriptionId } from '../core/resource-id.ts';
import type { ProcessLane } from '../executors/process/lane.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Repositories, Store } from '../ports/store.ts';
import type { DeclaredReach } from './cluster-executors.ts';

/** The user that commands of the process lane run as. */
export type LaneOwner = NonNullable<ProcessLane['owner']>;

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What the configuration alone may give a cluster. */
export interface Declared {
  readonly lanes: ReadonlyMap<ClusterUid, ProcessLane>;
  readonly reaches: ReadonlyMap<ClusterUid, DeclaredReach>;
}

/**
 * Brings the directory in line with the clusters that the configuration declares, and tells which of them may use the
 * process lane, and how the others are reached. The file alone says what such a cluster is; the API may only label it and switch run command, and its
 * switch stands until the file says something else. A cluster that is declared no more is from then on one like those of
 * the API: it can be deleted, and has no lane to run anything in. Called before a worker claims anything.
 */
export async function declareClusters(
  config: Config,
  parts: Parts,
  ownSubscription: string,
  owner: LaneOwner | undefined,
): Promise<Declared> {
  return parts.store.write(async (repositories) => {
    const lanes = new Map<ClusterUid, ProcessLane>();
    const reaches = new Map<ClusterUid, DeclaredReach>();
    const declared = new Set<ClusterUid>();
    for (const declaration of config.clusters) {
      const cluster = await declareCluster(config, parts, repositories, declaration, ownSubscription);
      declared.add(cluster.uid);
      if (cluster.runCommandDisabled) await stopCommands(parts, repositories, cluster);
      if (declaration.pods !== undefined) reaches.set(cluster.uid, declaration.pods.reach);
      if (cluster.executor !== 'process') continue;
      lanes.set(cluster.uid, { environment: declaration.environment, ...(owner === undefined ? {} : { owner }) });
    }
    for (const cluster of await repositories.directory.clusters()) {
      if (cluster.origin !== 'configuration' || declared.has(cluster.uid)) continue;
      await repositories.directory.saveCluster({ ...cluster, origin: 'api' });
    }
    return { lanes, reaches };
  });
}

async function declareCluster(
  config: Config,
  { clock, ids }: Parts,
  { commands, directory }: Repositories,
  declared: DeclaredCluster,
  ownSubscription: string,
): Promise<Cluster> {
  const subscriptionId = declared.subscriptionId ?? parseSubscriptionId(ownSubscription);
  if (subscriptionId === undefined) throw new Error(`The subscription '${ownSubscription}' is not a UUID.`);
  const address: ClusterAddress = { subscriptionId, resourceGroup: declared.resourceGroup, name: declared.name };
  const existing = await directory.findCluster(address);
  if (existing !== undefined && existing.executor !== declared.executor) {
    const unfinished = (await commands.unfinished(existing.uid)).length;
    if (unfinished > 0) {
      throw new Error(
        `The configuration changes the executor of cluster '${declared.name}' from ${existing.executor} to ${declared.executor} while ${unfinished} of its commands are not finished. Start with the former one until they are, or cancel them.`,
      );
    }
    // A cluster that turns into another kind is another cluster: its old commands are not this one's.
    await directory.removeCluster(existing.uid);
  }
  const kept = existing?.executor === declared.executor ? existing : undefined;
  const cluster: Cluster = {
    uid: kept?.uid ?? ids.clusterUid(),
    address,
    location: kept?.location ?? config.location,
    tags: kept?.tags ?? {},
    origin: 'configuration',
    executor: declared.executor,
    shell: declared.shell,
    runCommandDisabled: declared.disableRunCommand ?? kept?.runCommandDisabled ?? false,
    strict: declared.strict,
    limits: declared.limits,
    ...(declared.pods === undefined ? {} : { kubernetes: declared.pods.settings }),
    createdAt: kept?.createdAt ?? clock.now(),
  };
  if (kept?.kubernetes !== undefined && kept.kubernetes.namespace !== cluster.kubernetes?.namespace) {
    const unfinished = (await commands.unfinished(kept.uid)).length;
    if (unfinished > 0) throw namespaceInUse(declared.name, kept.kubernetes.namespace, unfinished);
  }
  await directory.saveCluster(cluster);
  // It is reached as the configuration says; a kubeconfig that came by the API before is nobody's any more.
  if ((await directory.kubeconfig(cluster.uid)) !== undefined) await directory.saveKubeconfig(cluster.uid, undefined);
  return cluster;
}

/** Pods are looked for in the present namespace: those of another one would be lost. */
function namespaceInUse(name: string, namespace: string | undefined, unfinished: number): Error {
  const former = namespace === undefined ? 'none' : `'${namespace}'`;
  return new Error(
    `The configuration changes the namespace of cluster '${name}' while ${unfinished} of its commands are not finished. Start with the former one (${former}) until they are, or cancel them.`,
  );
}
