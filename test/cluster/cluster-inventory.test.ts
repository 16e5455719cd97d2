import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { KubernetesClient } from '../../src/executors/kubernetes/client/kubernetes-client.ts';
import { changedSince, clusterInventory } from '../../tools/tests/cluster-inventory.ts';
import { clusterClient, makeNamespace, removeNamespace } from './executor/test-namespace.ts';

describe('what a tier leaves in its cluster', () => {
  const namespace = `longarm-test-${randomBytes(4).toString('hex')}`;
  const signal = AbortSignal.timeout(60_000);
  let kube: KubernetesClient;
  before(async () => {
    kube = await clusterClient();
    await makeNamespace(kube, namespace);
  });
  after(async () => {
    await removeNamespace(kube, namespace);
    kube.close();
  });

  test('is named, and so is what it took away', async () => {
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'litter' } };
    const clean = await clusterInventory(process.env);
    await kube.request({ method: 'POST', path, body: secret }, signal);
    const littered = await clusterInventory(process.env);
    assert.deepEqual(await changedSince(clean, process.env, 0), [`Secret/litter in ${namespace} was left behind`]);
    await kube.request({ method: 'DELETE', path: `${path}/litter` }, signal);
    assert.deepEqual(await changedSince(littered, process.env, 0), [
      `Secret/litter in ${namespace} is gone, and was there before`,
    ]);
    assert.deepEqual(await changedSince(clean, process.env, 0), []);
  });
});
