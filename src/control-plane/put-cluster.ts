import { isDeepStrictEqual } from 'node:util';
import type { Cluster, ClusterLimits, ExecutorKind, Shell } from '../core/cluster.ts';
import { LongarmError } from '../core/error-code.ts';
import { type ClusterAddress, clusterResourceId } from '../core/resource-id.ts';
import { clusterScope } from '../core/scope.ts';
import type { Repositories } from '../ports/store.ts';
import { act, requireAccess } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';
import { changedSettings, checkPodsChange, type PodsChange, requireKubeconfig } from './kubernetes-settings.ts';
import { ringFor } from './move-command.ts';
import { stopCommands } from './stop-commands.ts';
import { requireNoneUnfinished } from './unfinished-commands.ts';

/** What a caller of the API may say of a cluster. What is left out stays as it is. */
export interface ClusterChange extends PodsChange {
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly executor?: ExecutorKind;
  readonly shell?: Shell;
  readonly runCommandDisabled?: boolean;
  readonly strict?: boolean;
  readonly limits?: ClusterLimits;
}

/**
 * Makes or changes a cluster. What arrives by the API may not reach into the server: it can neither make a cluster
 * of the process lane nor turn one into it, and a kubeconfig names no file and no program. Switching run command off also stops what runs.
 * @throws {LongarmError} `AuthorizationFailed`, `InvalidParameter`, `ClusterHasUnfinishedCommands`.
 */
export async function putCluster(
  plane: ControlPlane,
  actor: Actor,
  address: ClusterAddress,
  change: ClusterChange,
): Promise<{ readonly cluster: Cluster; readonly created: boolean }> {
  const { stopped, ...saved } = await act(plane, actor, async (repositories) => {
    const action = 'Microsoft.ContainerService/managedClusters/write';
    await requireAccess(repositories, actor, action, clusterScope(address));
    const existing = await repositories.directory.findCluster(address);
    const cluster = existing === undefined ? newCluster(plane, address, change) : changedCluster(existing, change);
    checkPodsChange(plane, change);
    if (existing !== undefined) await requireSamePlace(plane, repositories, existing, cluster, change);
    await repositories.directory.saveCluster(cluster);
    if (change.kubeconfig !== undefined) await repositories.directory.saveKubeconfig(cluster.uid, change.kubeconfig);
    const switchedOff = cluster.runCommandDisabled && existing?.runCommandDisabled === false;
    const toRing = switchedOff ? await stopCommands(plane, repositories, cluster) : [];
    await repositories.audit.append({
      at: plane.clock.now(),
      verb: 'cluster.write',
      principal: actor.principal,
      target: clusterResourceId(cluster.address),
      correlationId: actor.correlationId,
      details: {
        created: existing === undefined,
        executor: cluster.executor,
        runCommandDisabled: cluster.runCommandDisabled,
        ...(change.kubeconfig === undefined ? {} : { kubeconfigChanged: true }),
      },
    });
    return { cluster, created: existing === undefined, stopped: toRing };
  });
  for (const command of stopped) ringFor(plane.bell, command);
  plane.bell.ring('queue');
  return saved;
}

/**
 * The pods of unfinished commands are looked for where they were made, so what says where waits for their end. A new
 * credential for the same server does not have to.
 * @throws {LongarmError} `ClusterHasUnfinishedCommands`.
 */
async function requireSamePlace(
  plane: ControlPlane,
  { directory, commands }: Repositories,
  existing: Cluster,
  changed: Cluster,
  { kubeconfig }: ClusterChange,
): Promise<void> {
  const namespaceChanges = existing.kubernetes?.namespace !== changed.kubernetes?.namespace;
  const before = kubeconfig === undefined ? undefined : await directory.kubeconfig(existing.uid);
  const serverChanges =
    kubeconfig !== undefined &&
    before !== undefined &&
    !isDeepStrictEqual(plane.checkKubeconfig(before), plane.checkKubeconfig(kubeconfig));
  if (!namespaceChanges && !serverChanges) return;
  const where = namespaceChanges ? 'in its present namespace' : 'at its present server';
  requireNoneUnfinished(
    existing,
    await commands.unfinished(existing.uid),
    `Their pods are looked for ${where}: cancel them or wait before you change it.`,
  );
}

function newCluster(plane: ControlPlane, address: ClusterAddress, change: ClusterChange): Cluster {
  if (change.executor !== 'scripted' && change.executor !== 'kubernetes') {
    throw new LongarmError(
      'InvalidParameter',
      "A cluster that is made through the API needs properties.longarm.executor: 'kubernetes' or 'scripted'. Clusters of the process lane are named in the server's own configuration, because their commands run on the server's machine.",
      { target: 'properties.longarm.executor' },
    );
  }
  requireKubeconfig(change.executor, change);
  return {
    uid: plane.ids.clusterUid(),
    address,
    location: change.location ?? 'local',
    tags: change.tags ?? {},
    origin: 'api',
    executor: change.executor,
    shell: change.shell ?? 'sh',
    runCommandDisabled: change.runCommandDisabled ?? false,
    strict: change.strict ?? false,
    limits: change.limits ?? {},
    ...changedSettings(change.executor, undefined, change),
    createdAt: plane.clock.now(),
  };
}

function changedCluster(existing: Cluster, change: ClusterChange): Cluster {
  const { location, tags, runCommandDisabled, kubernetes, ...declared } = change;
  const all = Object.entries({ ...declared, ...kubernetes });
  const [stated] = all.filter(([name, value]) => !isSame({ ...existing, ...existing.kubernetes }, name, value));
  if (existing.origin === 'configuration' && stated !== undefined) {
    throw new LongarmError(
      'InvalidParameter',
      `Cluster '${existing.address.name}' is named in the server's own configuration, which alone says its ${stated[0]}. Change it there and restart the server; over the API such a cluster can be labelled and run command switched.`,
      { target: `properties.longarm.${stated[0]}` },
    );
  }
  if (change.executor !== undefined && change.executor !== existing.executor) {
    throw new LongarmError(
      'InvalidParameter',
      `Cluster '${existing.address.name}' has the executor '${existing.executor}', which cannot be changed. Delete the cluster and make it anew.`,
      { target: 'properties.longarm.executor' },
    );
  }
  return {
    ...existing,
    tags: tags ?? existing.tags,
    location: location ?? existing.location,
    shell: change.shell ?? existing.shell,
    runCommandDisabled: runCommandDisabled ?? existing.runCommandDisabled,
    strict: change.strict ?? existing.strict,
    limits: change.limits ?? existing.limits,
    ...changedSettings(existing.executor, existing.kubernetes, change),
  };
}

/** A client that sends back what it was shown changes nothing. */
function isSame(existing: object, name: string, value: unknown): boolean {
  return isDeepStrictEqual(value ?? undefined, Object.entries(existing).find(([field]) => field === name)?.[1]);
}
