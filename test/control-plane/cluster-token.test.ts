import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { cancelCommand } from '../../src/control-plane/cancel-command.ts';
import { createCommandFeed } from '../../src/control-plane/feed/command-feed.ts';
import { runCommand } from '../../src/control-plane/run-command.ts';
import type { Cluster } from '../../src/core/cluster.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import { openPlane, type Plane } from './plane.ts';
import { kubernetesCluster } from './kubernetes-cluster.ts';

const clusterToken = `header.${'CLUSTER-TOKEN-SENTINEL'.repeat(40)}.signature`;

describe('the token for the cluster’s API that came with a command', () => {
  let behind: Plane;
  let pods: Cluster;
  beforeEach(async () => {
    behind = await openPlane();
    pods = await kubernetesCluster(behind);
  });
  afterEach(() => behind.close());

  const submit = ({ address }: Cluster) =>
    runCommand(behind.plane, behind.actor, {
      address,
      payload: { text: 'true', clusterToken },
      textSha256: 'ab'.repeat(32),
      bodySha256: 'cd'.repeat(32),
    });
  const payload = (id: Awaited<ReturnType<typeof submit>>) =>
    behind.plane.store.read(({ commands }) => commands.payload(id));
  const filesThatShowIt = async (): Promise<readonly string[]> => {
    const names = (await readdir(behind.directory)).filter((name) => name.startsWith('longarm.db'));
    const contents = await Promise.all(names.map((name) => readFile(join(behind.directory, name))));
    return names.filter((_, index) => contents[index]?.includes('CLUSTER-TOKEN-SENTINEL'));
  };

  test('comes to the worker of a cluster that runs commands in pods, and is in no file in the clear', async () => {
    const id = await submit(pods);
    assert.deepEqual(await filesThatShowIt(), []);
    const feed = createCommandFeed(behind.plane);
    const held = await feed.claim(randomIds.workerId(), new AbortController().signal);
    assert.ok(held?.commandId === id);
    assert.deepEqual(await feed.payload(id, held.token), { text: 'true', files: [], clusterToken });
  });

  test('is erased when the command ends', async () => {
    const id = await submit(pods);
    assert.equal((await payload(id))?.clusterToken, clusterToken);
    await cancelCommand(behind.plane, behind.actor, pods.address, id);
    assert.equal(await payload(id), undefined);
  });

  test('counts among what the commands that wait take', async () => {
    await submit(pods);
    const counts = await behind.plane.store.read(({ commands }) => commands.counts(pods.uid));
    assert.equal(counts.waitingBytes, 'true'.length + clusterToken.length);
  });

  test('is not kept for a cluster of another kind', async () => {
    const id = await submit(behind.cluster);
    assert.deepEqual(await payload(id), { text: 'true' });
    const counts = await behind.plane.store.read(({ commands }) => commands.counts(behind.cluster.uid));
    assert.equal(counts.waitingBytes, 'true'.length);
  });

  test('is in no audit row', async () => {
    await submit(pods);
    const rows = await behind.plane.store.read(({ audit }) => audit.newest(100));
    assert.ok(rows.length > 0);
    assert.ok(!JSON.stringify(rows).includes('SENTINEL'));
  });
});
