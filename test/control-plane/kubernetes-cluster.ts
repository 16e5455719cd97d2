import assert from 'node:assert/strict';
import type { Cluster, KubernetesSettings } from '../../src/core/cluster.ts';
import { parseClusterName } from '../../src/core/resource-id.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import type { Plane } from './plane.ts';

/** Registers a cluster that runs commands in pods, which nobody carries out here: no worker is at work. */
export async function kubernetesCluster(
  { plane, cluster }: Plane,
  kubernetes: KubernetesSettings = {},
): Promise<Cluster> {
  const name = parseClusterName('pods');
  assert.ok(name);
  const uid = randomIds.clusterUid();
  const made: Cluster = { ...cluster, uid, address: { ...cluster.address, name }, executor: 'kubernetes', kubernetes };
  await plane.store.write(({ directory }) => directory.saveCluster(made));
  return made;
}
