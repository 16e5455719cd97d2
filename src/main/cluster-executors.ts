import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Cluster, ExecutorKind } from '../core/cluster.ts';
import { defaultServiceAccount } from '../core/command-account.ts';
import type { ClusterUid } from '../core/command-id.ts';
import { publicAddressGuard } from '../executors/kubernetes/client/address-guard.ts';
import type { ClusterAccess, Environment } from '../executors/kubernetes/client/cluster-access.ts';
import { createKubernetesClient } from '../executors/kubernetes/client/create-kubernetes-client.ts';
import { inClusterAccess } from '../executors/kubernetes/client/in-cluster-access.ts';
import type { KubernetesClient } from '../executors/kubernetes/client/kubernetes-client.ts';
import { parseKubeconfig } from '../executors/kubernetes/client/kubeconfig.ts';
import { inTurn } from '../executors/in-turn.ts';
import { createKubernetesExecutor, type KubernetesExecutor } from '../executors/kubernetes/kubernetes-executor.ts';
import { defaultNamespace } from '../executors/kubernetes/names.ts';
import type { Clock } from '../ports/clock.ts';
import type { Executor } from '../ports/executor.ts';
import type { Executors, NamedExecutor } from '../ports/executors.ts';
import type { Store } from '../ports/store.ts';
import { awaitedExecutor } from './awaited-executor.ts';

/** How the server's own configuration says that a cluster is reached. */
export type DeclaredReach =
  | { readonly type: 'kubeconfig'; readonly file: string; readonly context: string | undefined }
  | { readonly type: 'in-cluster' };

/** What the executors of clusters are made from. */
export interface ClusterExecutorParts {
  readonly store: Store;
  /** The server's, which commands live by. */
  readonly clock: Clock;
  /** The machine's, which credentials are dated by. */
  readonly machineClock: Clock;
  readonly environment: Environment;
  readonly userAgent: string;
  /** The image of commands whose cluster names none. */
  readonly toolboxImage: string | undefined;
  readonly declared: ReadonlyMap<ClusterUid, DeclaredReach>;
  /** Those that serve every cluster of their kind. */
  readonly byKind: Executors;
}

/** The executors, and how they are let go of. */
export interface ClusterExecutors extends Executors {
  /** How many requests were sent to clusters so far. */
  requests(): number;
  /** Ends every watch and closes connections. What runs goes on. */
  close(): Promise<void>;
}

interface Made {
  readonly uid: ClusterUid;
  /** Of the API server. */
  readonly server: string;
  readonly settings: string;
  readonly executor: KubernetesExecutor;
  readonly client: KubernetesClient;
}

/**
 * One executor for each Kubernetes cluster, made when it is first needed and made anew when the cluster's settings have
 * changed: commands that run stay with the one they have, and find the same pods. New credentials for the same server
 * are taken up by all of them.
 */
export function createClusterExecutors(parts: ClusterExecutorParts): ClusterExecutors {
  /** The kubeconfigs as they were last read, and what they say. */
  const read = new Map<ClusterUid, { readonly text: string; readonly access: ClusterAccess }>();
  const turns = inTurn<ClusterUid>();
  const all: Made[] = [];

  async function executorOf(cluster: Cluster): Promise<Executor> {
    const reach = parts.declared.get(cluster.uid);
    const text = await kubeconfigOf(parts, cluster, reach);
    const before = read.get(cluster.uid);
    const access = before?.text === text ? before.access : await accessOf(parts, reach, text);
    const same = all.filter(({ uid, server }) => uid === cluster.uid && server === access.server.href);
    if (before?.text !== text) for (const { client } of same) client.use(access);
    read.set(cluster.uid, { text, access });
    const settings = JSON.stringify([cluster.kubernetes, reach]);
    const known = same.find((each) => each.settings === settings);
    if (known !== undefined) return known.executor;
    const made = make(parts, cluster, access, settings);
    all.push(made);
    return made.executor;
  }

  /** It, or where it cannot be had now, one that goes on trying. */
  async function executorFor(cluster: Cluster): Promise<Executor> {
    const find = (): Promise<Executor> => turns.take(cluster.uid, () => executorOf(cluster));
    return await find().catch(() => awaitedExecutor(find, cluster.address.name));
  }

  return {
    async of(kind: ExecutorKind, uid: ClusterUid) {
      if (kind !== 'kubernetes') return await parts.byKind.of(kind, uid);
      const cluster = await parts.store.read(({ directory }) => directory.clusterByUid(uid));
      return cluster && (await executorFor(cluster));
    },
    async all() {
      const clusters = await parts.store.read(({ directory }) => directory.clusters());
      const named: NamedExecutor[] = [...(await parts.byKind.all())];
      for (const cluster of clusters) {
        if (cluster.executor !== 'kubernetes') continue;
        named.push({ name: cluster.address.name, executor: await executorFor(cluster) });
      }
      return named;
    },
    requests: () => all.reduce((sum, { client }) => sum + client.requests, 0),
    async close() {
      for (const { executor, client } of all) {
        executor.close();
        client.close();
      }
    },
  };
}

/** The kubeconfig of a cluster; empty where none is needed. @throws where there is none, or it cannot be read. */
export async function kubeconfigOf(
  { store }: { readonly store: Store | undefined },
  cluster: Pick<Cluster, 'uid'>,
  reach: DeclaredReach | undefined,
): Promise<string> {
  if (reach?.type === 'in-cluster') return '';
  if (reach?.type === 'kubeconfig') return await readFile(reach.file, 'utf8');
  const kubeconfig = await store?.read(({ directory }) => directory.kubeconfig(cluster.uid));
  if (kubeconfig !== undefined) return kubeconfig;
  throw new Error('there is no kubeconfig of it. Register it again with one');
}

/** How a cluster is reached with it. @throws {KubeconfigError} */
export async function accessOf(
  { environment }: Pick<ClusterExecutorParts, 'environment'>,
  reach: DeclaredReach | undefined,
  text: string,
): Promise<ClusterAccess> {
  if (reach === undefined) return parseKubeconfig(text, { trusted: undefined });
  if (reach.type === 'in-cluster') return await inClusterAccess(environment);
  const trusted = { directory: dirname(reach.file), environment };
  return parseKubeconfig(text, { trusted, ...(reach.context === undefined ? {} : { context: reach.context }) });
}

function make(parts: ClusterExecutorParts, cluster: Cluster, access: ClusterAccess, settings: string): Made {
  // What was brought by the API must not lead the server to itself, or to what only its own machine may ask.
  const guard = parts.declared.has(cluster.uid) ? undefined : publicAddressGuard;
  const client = createKubernetesClient({ access, clock: parts.machineClock, userAgent: parts.userAgent, guard });
  const executor = createKubernetesExecutor({
    client,
    clock: parts.clock,
    settings: settingsOf(cluster, parts.toolboxImage),
  });
  return { uid: cluster.uid, server: access.server.href, settings, executor, client };
}

/** How a cluster runs its commands, with the defaults of this server. */
export function settingsOf(
  { uid, kubernetes = {} }: Pick<Cluster, 'uid' | 'kubernetes'>,
  toolboxImage: string | undefined,
) {
  const { namespace = defaultNamespace, image, serviceAccount = defaultServiceAccount, podTemplate } = kubernetes;
  return { clusterUid: uid, namespace, image: image ?? toolboxImage, serviceAccount, template: podTemplate };
}
