import { listOf, objectOf, textOf } from '../../src/client/json-fields.ts';
import type { KubernetesClient } from '../../src/executors/kubernetes/client/kubernetes-client.ts';
import { eventually } from './one-node/eventually.ts';

/** All that Longarm has made in a namespace and that belongs to a command, as the cluster has it: `pods/…`, `secrets/…`, `configmaps/…`. */
export async function leftoversIn(kube: KubernetesClient, namespace: string): Promise<readonly string[]> {
  const left: string[] = [];
  for (const kind of ['pods', 'secrets', 'configmaps']) {
    const path = `/api/v1/namespaces/${namespace}/${kind}`;
    const query = { labelSelector: 'longarm.dev/command' };
    const list = objectOf(await kube.request({ method: 'GET', path, query }, AbortSignal.timeout(30_000)));
    for (const item of listOf(list, 'items')) {
      left.push(`${kind}/${textOf(objectOf(objectOf(item)['metadata']), 'name') ?? ''}`);
    }
  }
  return left;
}

/** Waits until there is none: what ran is removed just after its end is told. @throws {Error} after 60 s */
export async function untilNothingIsLeft(kube: KubernetesClient, namespace: string): Promise<void> {
  await eventually('The end of what is left of commands', 60_000, AbortSignal.timeout(90_000), async () => {
    const left = await leftoversIn(kube, namespace);
    if (left.length > 0) throw new Error(`left over: ${left.join(', ')}`);
    return true;
  });
}
