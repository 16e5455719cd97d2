import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createKubernetesClient } from '../src/executors/kubernetes/client/create-kubernetes-client.ts';
import { parseKubeconfig } from '../src/executors/kubernetes/client/kubeconfig.ts';
import type { KubernetesClient } from '../src/executors/kubernetes/client/kubernetes-client.ts';
import { systemClock } from '../src/main/system-clock.ts';
import {
  type ClusterUnderTest,
  clusterUnderTest,
  kubeconfigVariable,
  variablesOfOther,
  variablesOfOwn,
} from '../test/cluster/cluster-under-test.ts';
import { makeNamespace, removeNamespace } from '../test/cluster/executor/test-namespace.ts';
import { startCluster } from '../test/cluster/one-node/start-cluster.ts';
import { type BenchServer, startBenchServer, versioned } from './bench-server.ts';
import type { Place } from './measure.ts';

/** A cluster with nothing else to do, and a server that runs commands in it. */
export interface PodBench {
  readonly cluster: ClusterUnderTest;
  readonly namespace: string;
  /** What baselines are made with: the same client that Longarm has. */
  readonly client: KubernetesClient;
  readonly server: BenchServer;
  /** The registered cluster's path. */
  readonly path: string;
  /** How many requests the server has sent to the cluster so far. */
  requests(): Promise<number>;
  close(): Promise<void>;
}

/** What a restricted namespace asks of a pod, and of its containers. */
export const restricted = {
  pod: { runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
  container: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
} as const;

const resources = { requests: { cpu: '1m', memory: '8Mi' } };

/** Brings a cluster up, or takes the one that LONGARM_TEST_KUBECONFIG names, and a server that is registered with it. */
export async function openPodBench(place: Place, concurrent: number): Promise<PodBench> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closers.toReversed()) await each();
  };
  try {
    if (process.env[kubeconfigVariable] === undefined) {
      const stateDirectory = mkdtempSync(join(tmpdir(), 'bench-cluster-'));
      const own = await startCluster({
        stateDirectory,
        bound: true,
        signal: place.signal,
        say: (line) => place.say(line),
      });
      closers.push(async () => {
        for (const name of Object.keys(variablesOfOwn(own))) Reflect.deleteProperty(process.env, name);
        await own.stop(AbortSignal.timeout(90_000));
      });
      Object.assign(process.env, variablesOfOwn(own));
    } else Object.assign(process.env, variablesOfOther(process.env));
    const cluster = clusterUnderTest();
    const access = parseKubeconfig(readFileSync(cluster.kubeconfig, 'utf8'), {
      trusted: { directory: dirname(cluster.kubeconfig), environment: process.env },
    });
    const client = createKubernetesClient({ access, clock: systemClock, userAgent: 'longarm-bench' });
    closers.push(async () => client.close());
    const namespace = `bench-${randomBytes(4).toString('hex')}`;
    await makeNamespace(client, namespace);
    closers.push(() => removeNamespace(client, namespace));
    const server = await startBenchServer(place, []);
    closers.push(() => server.stop());
    const path = server.cluster('pods');
    const longarm = {
      executor: 'kubernetes',
      kubeconfig: readFileSync(cluster.kubeconfig, 'utf8'),
      namespace,
      image: cluster.image,
      serviceAccount: 'default',
      limits: { concurrent, waiting: 1000 },
      podTemplate: {
        spec: {
          containers: [
            { name: 'keeper', resources },
            { name: 'command', resources: { ...resources, limits: { cpu: '2' } } },
          ],
        },
      },
    };
    await server.caller(1).call('PUT', versioned(path), { location: 'bench', properties: { longarm } });
    const metrics = server.caller(1, true);
    return {
      cluster,
      namespace,
      client,
      server,
      path,
      requests: async () => {
        const { text } = await metrics.call('GET', '/metrics');
        return Number(/^longarm_cluster_requests_total (\d+)/m.exec(text)?.[1] ?? Number.NaN);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A pod with one container and nothing else, to its end as a watch shows it, and away with it. */
export async function barePod(
  { client, namespace, cluster }: PodBench,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const over = new AbortController();
  const watching = client.watch(
    { path: pods, fieldSelector: `metadata.name=${name}` },
    {
      listed: () => {},
      changed: (pod) => {
        const { phase } = (pod['status'] ?? {}) as { readonly phase?: string };
        if (phase === 'Succeeded' || phase === 'Failed') over.abort();
      },
      deleted: () => {},
      failed: () => {},
    },
    AbortSignal.any([signal, over.signal]),
  );
  const spec = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: restricted.pod,
    containers: [
      {
        name: 'bare',
        image: cluster.image,
        command: ['/bin/sh', '-c', 'true'],
        resources,
        securityContext: restricted.container,
      },
    ],
  };
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
  await client.request({ method: 'POST', path: pods, body }, signal);
  await watching;
  signal.throwIfAborted();
}

/** Removes what `barePod` left. Not part of what is measured, as with a command whose answer is there. */
export async function removeBarePod({ client, namespace }: PodBench, name: string, signal: AbortSignal): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  await client.request({ method: 'DELETE', path, body: { gracePeriodSeconds: 0 } }, signal);
}
