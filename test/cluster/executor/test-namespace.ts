import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClusterAccess } from '../../../src/executors/kubernetes/client/cluster-access.ts';
import { createKubernetesClient } from '../../../src/executors/kubernetes/client/create-kubernetes-client.ts';
import { parseKubeconfig } from '../../../src/executors/kubernetes/client/kubeconfig.ts';
import type { KubernetesClient } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { machineClock } from '../../contract/executor-samples.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';

/** How the administrator of the cluster under test gets at it. */
export async function clusterAccess(): Promise<ClusterAccess> {
  const file = clusterUnderTest().kubeconfig;
  return parseKubeconfig(await readFile(file, 'utf8'), {
    trusted: { directory: dirname(file), environment: process.env },
  });
}

/** A client of the cluster under test. Its owner closes it. */
export async function clusterClient(): Promise<KubernetesClient> {
  const access = await clusterAccess();
  return createKubernetesClient({ access, clock: machineClock, userAgent: 'longarm-test' });
}

/** A namespace of the tests' own, as `longarm cluster manifest` makes it: only restricted pods are admitted. */
export async function makeNamespace(client: KubernetesClient, name: string): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  const signal = AbortSignal.timeout(60_000);
  await client.request({ method: 'POST', path: '/api/v1/namespaces', body }, signal);
  // The controllers put a service account and the cluster's certificate into a new namespace, a moment later.
  for (const path of ['serviceaccounts/default', 'configmaps/kube-root-ca.crt']) {
    while (!(await isThere(client, `/api/v1/namespaces/${name}/${path}`, signal))) {
      await machineClock.sleep(50, signal);
      signal.throwIfAborted();
    }
  }
}

/** Removes a namespace with all that is in it, and waits until it is gone. */
export async function removeNamespace(client: KubernetesClient, name: string): Promise<void> {
  const signal = AbortSignal.timeout(90_000);
  const path = `/api/v1/namespaces/${name}`;
  await client.request({ method: 'DELETE', path }, signal);
  while (await isThere(client, path, signal)) {
    await machineClock.sleep(250, signal);
    signal.throwIfAborted();
  }
}

/** Whether there is such an object. */
export async function isThere(client: KubernetesClient, path: string, signal: AbortSignal): Promise<boolean> {
  return await client.request({ method: 'GET', path }, signal).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 404) return false;
      throw error;
    },
  );
}
