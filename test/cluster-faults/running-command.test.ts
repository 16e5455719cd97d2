import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import type { CommandRef } from '../../src/client/session.ts';
import { clusterToHarm } from '../cluster/cluster-under-test.ts';
import { insideOf } from '../cluster/one-node/layout.ts';
import { type PodServer, startPodServer } from '../cluster/pod-server.ts';
import { podOf, until } from '../cluster/runs/in-pod.ts';
import { startLongRun, submitLongRun } from '../cluster/runs/long-run.ts';
import { startStream } from '../cluster/runs/streamed-bytes.ts';
import { shortened } from '../shortened.ts';

/** Longer than a server waits, 30 s, before it takes what is silent for dead. */
const cutSeconds = shortened(60, 1.5);
const writtenBytes = shortened(200_000_000, 1.5);

describe('a command in a pod of a cluster that is harmed', () => {
  const cluster = clusterToHarm();
  let pods: PodServer;
  before(async () => {
    pods = await startPodServer();
  });
  after(() => pods.dispose());

  /** How much a command has written, as its node knows it: also while nobody reaches the cluster. */
  async function spoolOf(ref: CommandRef): Promise<() => number> {
    const { uid = '' } = (await podOf(pods, ref)).metadata ?? {};
    const volumes = join(insideOf(cluster.stateDirectory), 'var/lib/kubelet/pods', uid, 'volumes');
    return () => statSync(join(volumes, 'kubernetes.io~empty-dir/longarm-spool/out')).size;
  }

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
    const written = await spoolOf(stream.command);
    for (const daemon of ['kubelet', 'containerd', 'kube-apiserver'] as const) {
      await cluster.end(daemon, 'SIGKILL', t.signal);
      assert.ok(written() < stream.totalBytes, `it had written all before ${daemon} was killed`);
      await cluster.start(daemon, t.signal);
    }
    await stream.completed();
  });

  /** What a command that waits says of it. */
  const reasonOf = async (ref: CommandRef): Promise<string> =>
    (await pods.client().result(ref)).result.properties.reason ?? '';
  const saysUnreachable = async (ref: CommandRef): Promise<void> => {
    const look = async () => ((await reasonOf(ref)).startsWith('ClusterUnreachable: ') ? true : undefined);
    await until('a word of the cluster being away', look);
  };
  /** Resolves when its pod is there, on a node or on none, and asserts that nothing of it runs. */
  const hasPod = async (ref: CommandRef, isOnNode: boolean): Promise<void> => {
    const { status } = await until('a pod', async () => {
      const pod = await podOf(pods, ref);
      return (pod.spec?.nodeName !== undefined) === isOnNode ? pod : undefined;
    });
    assert.deepEqual(status?.containerStatuses?.filter(({ state }) => state?.waiting === undefined) ?? [], []);
  };

  for (const [daemon, waits] of [
    ['kube-apiserver', saysUnreachable],
    // It takes its API server longer than this to say anything, and what a command says of it longer still.
    ['etcd', () => pass(2000)],
    ['kube-scheduler', (ref: CommandRef) => hasPod(ref, false)],
    ['kubelet', (ref: CommandRef) => hasPod(ref, true)],
    ['containerd', (ref: CommandRef) => hasPod(ref, true)],
  ] as const) {
    test(`waits, and runs once, when it is sent while ${daemon} is away`, async (t) => {
      await cluster.end(daemon, 'SIGKILL', t.signal);
      let run;
      try {
        run = await submitLongRun(pods);
        await waits(run.command);
        const { finished, result } = await pods.client().result(run.command);
        assert.deepEqual([finished, result.properties.startedAt], [false, undefined]);
      } finally {
        await cluster.start(daemon, AbortSignal.timeout(120_000));
      }
      await run.goesOn();
      await run.letEnd();
      await run.completed();
    });
  }

  const title = `writes ${writtenBytes.title} bytes in ${cutSeconds.title} s without a connection, which its server notices, and none is lost`;
  test(title, async (t) => {
    // It begins when the cut does, and ends with it, more or less.
    const stream = await startStream(pods, { bytes: writtenBytes.count, pieces: cutSeconds.count, pauseSeconds: 0.9 });
    const written = await spoolOf(stream.command);
    await cluster.cutOff(t.signal);
    const atCut = written();
    let waiting;
    try {
      waiting = await submitLongRun(pods);
      const began = performance.now();
      await saysUnreachable(waiting.command);
      await pass(Math.max(0, cutSeconds.count * 1000 - (performance.now() - began)));
      assert.ok(written() - atCut > stream.totalBytes / 2, `${written() - atCut} bytes were written meanwhile`);
      const { storedBytes } = (await pods.client().result(stream.command)).result.properties.longarm ?? {};
      assert.ok((storedBytes ?? 0) <= atCut, `${storedBytes} bytes are stored, of ${atCut} from before the cut`);
    } finally {
      await cluster.rejoin(AbortSignal.timeout(30_000));
    }
    await waiting.goesOn();
    await waiting.letEnd();
    await pods.client().waitForEnd(waiting.command);
    await stream.completed();
    await waiting.completed();
  });
});
