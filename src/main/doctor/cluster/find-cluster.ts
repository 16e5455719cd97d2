import { existsSync } from 'node:fs';
import type { Environment } from '../../../executors/kubernetes/client/cluster-access.ts';
import type { Config } from '../../../config/config.ts';
import type { Cluster } from '../../../core/cluster.ts';
import type { ClusterAddress } from '../../../core/resource-id.ts';
import { UsageError } from '../../../cli/usage-error.ts';
import { publicAddressGuard } from '../../../executors/kubernetes/client/address-guard.ts';
import { createKubernetesClient } from '../../../executors/kubernetes/client/create-kubernetes-client.ts';
import type { Store } from '../../../ports/store.ts';
import { accessOf, type DeclaredReach, kubeconfigOf, settingsOf } from '../../cluster-executors.ts';
import { dataPaths, openStore } from '../../data-directory.ts';
import { randomIds } from '../../random-ids.ts';
import { waitingClock } from '../../waiting-clock.ts';
import type { ExaminedCluster } from './examined-cluster.ts';

interface Known {
  readonly name: string;
  readonly cluster: Pick<Cluster, 'uid' | 'shell' | 'kubernetes'>;
  /** `undefined`: as it was registered over the API. */
  readonly reach: DeclaredReach | undefined;
}

/** What it takes to open a cluster. */
export interface FindParts {
  readonly config: Config;
  readonly environment: Environment;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/**
 * Opens a cluster as the server does: as its configuration declares it, or as it was registered in the data directory.
 * @param named NAME or GROUP/NAME
 * @throws {UsageError} where there is none of that name that runs commands in pods. @throws {KubeconfigError}
 */
export async function findCluster(parts: FindParts, named: string): Promise<ExaminedCluster> {
  const { config, environment, userAgent, signal } = parts;
  const declared = config.clusters.flatMap(({ pods, shell, ...address }): readonly Known[] => {
    if (pods === undefined) return [];
    const cluster = { uid: randomIds.clusterUid(), shell, kubernetes: pods.settings };
    return [{ name: nameOf(address), cluster, reach: pods.reach }];
  });
  // Without a database there are only those of the configuration.
  const store = existsSync(dataPaths(config.dataDir).database) ? await openStore(config.dataDir) : undefined;
  try {
    const { name, cluster, reach } = choose([...declared, ...(await registered(store))], named, config.dataDir);
    const kubeconfig = await kubeconfigOf({ store }, cluster, reach).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new UsageError(
        `Cluster ${name} cannot be looked at: ${why}. The kubeconfig of one that a configuration or the quickstart declares is known to it alone: name that configuration with --config.`,
        { cause },
      );
    });
    const access = await accessOf({ environment }, reach, kubeconfig);
    const guard = reach === undefined ? publicAddressGuard : undefined;
    const client = createKubernetesClient({ access, clock: waitingClock, userAgent, guard });
    return { name, shell: cluster.shell, access, client, settings: settingsOf(cluster, config.toolboxImage), signal };
  } finally {
    await store?.close();
  }
}

async function registered(store: Store | undefined): Promise<readonly Known[]> {
  const clusters = (await store?.read(({ directory }) => directory.clusters())) ?? [];
  return clusters
    .filter(({ executor }) => executor === 'kubernetes')
    .map((cluster) => ({ name: nameOf(cluster.address), cluster, reach: undefined }));
}

function choose(known: readonly Known[], named: string, dataDir: string): Known {
  const fits = (name: string) => name === named || name.endsWith(`/${named}`);
  const found = known.filter(({ name }) => fits(name));
  const [first, ...others] = found;
  if (first !== undefined && others.every(({ name }) => name === first.name)) return first;
  const names = (first === undefined ? known : found).map(({ name }) => name);
  const there = names.length === 0 ? 'none' : [...new Set(names)].join(', ');
  throw new UsageError(
    first === undefined
      ? `No cluster ${named} runs commands in pods, neither in the configuration nor in ${dataDir}; there are: ${there}. --config and --data-dir say where to look.`
      : `Which ${named}? There are ${there}.`,
  );
}

function nameOf({ resourceGroup, name }: Pick<ClusterAddress, 'resourceGroup' | 'name'>): string {
  return `${resourceGroup}/${name}`;
}
