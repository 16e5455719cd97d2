import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { clusterToHarm } from '../cluster/cluster-under-test.ts';
import { type PodServer, startPodServer } from '../cluster/pod-server.ts';
import { startLongRun, submitLongRun } from '../cluster/runs/long-run.ts';
import { startStream } from '../cluster/runs/streamed-bytes.ts';
import { shortened } from '../shortened.ts';

const cutSeconds = shortened(60, 3);
const writtenBytes = shortened(200_000_000, 3);

describe('a command in a pod of a cluster that is harmed', () => {
  const cluster = clusterToHarm();
  let pods: PodServer;
  before(async () => {
    pods = await startPodServer();
  });
  after(() => pods.dispose());

  for (const [daemon, times] of [
    ['kube-apiserver', 3],
    ['kubelet', 1],
    ['containerd', 1],
    ['etcd', 1],
  ] as const) {
    const often = times === 1 ? '' : ` ${times} times`;
    test(`runs once and loses no line when ${daemon} is killed${often} meanwhile`, async (t) => {
      const run = await startLongRun(pods);
      for (let kill = 0; kill < times; kill += 1) {
        await cluster.end(daemon, 'SIGKILL', t.signal);
        await cluster.start(daemon, t.signal);
        await run.goesOn();
      }
      await run.letEnd();
      await run.completed();
    });
  }

  test('loses no byte of what it streams when the ends of the stream are killed one after the other', async (t) => {
    const stream = await startStream(pods, { bytes: 60_000_000, pieces: 200, pauseSeconds: 0.1 });
    for (const daemon of ['kubelet', 'containerd', 'kube-apiserver'] as const) {
      await cluster.end(daemon, 'SIGKILL', t.signal);
      await cluster.start(daemon, t.signal);
    }
    await stream.completed();
  });

  for (const daemon of ['kube-apiserver', 'etcd', 'kube-scheduler', 'kubelet', 'containerd'] as const) {
    test(`waits, and runs once, when it is sent while ${daemon} is away`, async (t) => {
      await cluster.end(daemon, 'SIGKILL', t.signal);
      let run;
      try {
        run = await submitLongRun(pods);
        // Whatever the rest of the cluster does in this time, nothing of it runs.
        await pass(2000);
        assert.equal(run.effects(), 0);
      } finally {
        await cluster.start(daemon, AbortSignal.timeout(120_000));
      }
      await run.goesOn();
      await run.letEnd();
      await run.completed();
    });
  }

  const title = `writes ${writtenBytes.title} bytes in ${cutSeconds.title} s without a connection, and none is lost`;
  test(title, async (t) => {
    // It begins when the cut does, and ends with it, more or less.
    const stream = await startStream(pods, { bytes: writtenBytes.count, pieces: cutSeconds.count, pauseSeconds: 0.9 });
    await cluster.cutOff(t.signal);
    try {
      await pass(cutSeconds.count * 1000);
      assert.equal((await pods.client().result(stream.command)).finished, false);
    } finally {
      await cluster.rejoin(AbortSignal.timeout(30_000));
    }
    await stream.completed();
  });
});
