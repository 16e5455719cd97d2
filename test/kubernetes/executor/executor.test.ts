import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { isFinal, type Observation } from '../../../src/core/observation.ts';
import { StartHindered } from '../../../src/ports/executor.ts';
import { fail } from '../fake-api/answers.ts';
import { patient } from '../fake-api/client-of.ts';
import { finish, frame } from '../fake-api/exec-frames.ts';
import { onNode, startWireCluster, type WireCluster } from './wire-cluster.ts';

let cluster: WireCluster;
let over: AbortController;
/** The reading beside it, to its end. */
let read: Promise<void>;
beforeEach(async () => {
  cluster = await startWireCluster();
  over = new AbortController();
  read = Promise.resolve();
});
afterEach(async () => {
  over.abort(new Error('the test is over'));
  await read;
  await cluster.close();
});

const running = { running: { startedAt: '2026-11-23T21:00:00Z' } };
const ended = (more: object) => ({ terminated: { exitCode: 137, ...more } });

/** How the command ends, with somebody who reads it beside, as a worker does. */
async function end(): Promise<Observation> {
  const { executor, launch } = cluster;
  const reading = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const isOver = await executor
        .readOutput(launch.commandId, 0, async () => {}, over.signal)
        .then(
          () => true,
          (error: unknown) => error instanceof Error && error.name === 'SpoolGone',
        );
      if (isOver) return;
    }
  };
  read = reading();
  for await (const observation of executor.observe(launch.commandId, over.signal)) {
    if (isFinal(observation)) return observation;
  }
  throw new Error('It stopped looking.');
}

describe('a start', () => {
  const unavailable = 'Internal error occurred: failed calling webhook "policy.example": connection refused';

  test('whose webhook is away is told so, and makes one pod when it is called again', async () => {
    const { executor, launch } = cluster;
    cluster.refuse((response) => fail(response, 500, 'InternalError', { message: unavailable }));
    await assert.rejects(executor.start(launch, patient), (error) => {
      assert.ok(error instanceof StartHindered);
      assert.equal(error.reason, 'AdmissionWebhookUnavailable');
      assert.match(error.message, /policy\.example/);
      return true;
    });
    await executor.start(launch, patient);
    assert.equal(cluster.created().length, 2);
    assert.equal(cluster.pod.status['phase'], 'Pending');
  });

  test('whose first answer was lost adopts the pod that had been made', async () => {
    const { executor, launch } = cluster;
    cluster.refuse((response) => void response.destroy());
    await assert.rejects(executor.start(launch, patient), StartHindered);
    await executor.start(launch, patient);
    const { uid } = cluster.pod.metadata;
    await executor.start(launch, patient);
    assert.equal(cluster.pod.metadata.uid, uid);
  });

  test('that a quota is in the way of waits for room', async () => {
    const { executor, launch } = cluster;
    const message = 'pods "x" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1';
    cluster.refuse((response) => fail(response, 403, 'Forbidden', { message }));
    await assert.rejects(executor.start(launch, patient), (error) => {
      assert.ok(error instanceof StartHindered);
      return error.reason === 'QuotaExceeded';
    });
  });
});

describe('a pod that its node will not have', () => {
  test('is made again three times, and then its word is the reason', { timeout: 30_000 }, async () => {
    const { executor, launch } = cluster;
    cluster.becomes((pod) => ({
      ...pod,
      spec: { ...pod.spec, nodeName: 'node-1' },
      status: {
        phase: 'Failed',
        reason: 'OutOfcpu',
        message: 'Pod was rejected: Node didn’t have enough resource: cpu',
      },
    }));
    await executor.start(launch, patient);
    const seen = await end();
    assert.equal(seen.type, 'refused');
    assert.equal('reason' in seen ? seen.reason : '', 'OutOfcpu');
    assert.equal(cluster.created().length, 4);
  });

  test('gives way to one that runs', { timeout: 30_000 }, async () => {
    const { executor, launch } = cluster;
    let refusals = 1;
    cluster.becomes((pod) =>
      refusals-- > 0
        ? { ...pod, status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' } }
        : onNode(pod, { keeper: running, command: running }),
    );
    cluster.api.upgrade(async ({ accept }) => tell(await accept(), recorded));
    await executor.start(launch, patient);
    const seen = await end();
    assert.deepEqual([seen.type, 'exitCode' in seen ? seen.exitCode : undefined], ['exited', 3]);
    assert.equal(cluster.created().length, 2);
  });
});

const size = `${'3 exit 0'.padEnd(47)}\n`;
const recorded = [
  'hello',
  'gate open',
  `record exit ${Buffer.from(size).toString('hex')} at 1763930900 2026-11-23 20:48:20.5 +0000`,
  'size 0',
  'began 1763930900 2026-11-23 20:48:20.1 +0000',
  'end',
];

/** What a read of a spool says, to its end. */
function tell(socket: Parameters<typeof finish>[0], lines: readonly string[]): void {
  socket.send(frame(2, `${lines.join('\n')}\n`));
  finish(socket);
}

describe('a command in its pod', () => {
  test('has StartError for its reason where the runtime could not start it behind an open gate', async () => {
    const { executor, launch } = cluster;
    cluster.becomes((pod) => onNode(pod, { keeper: running, command: running }));
    let asked = 0;
    cluster.api.upgrade(async ({ accept }) => {
      const socket = await accept();
      asked += 1;
      if (asked > 1) return tell(socket, ['hello', 'gate open', 'size 0', 'end']);
      // The gate is open now, and its container turns out not to be one.
      socket.send(frame(2, 'hello\n'));
      const message = 'failed to create containerd task: OCI runtime create failed: memory limit too low';
      const command = { terminated: { exitCode: 128, reason: 'StartError', message } };
      cluster.put(onNode(cluster.pod, { keeper: running, command }));
    });
    await executor.start(launch, patient);
    const seen = await end();
    assert.equal(seen.type, 'refused');
    assert.ok('reason' in seen && seen.reason === 'StartError', JSON.stringify(seen));
    assert.match(seen.message, /memory limit too low/);
  });

  test('is lost, and not proven dead, where the cluster gave up its node while it was to be stopped', async () => {
    const { executor, launch } = cluster;
    cluster.becomes((pod) => onNode(pod, { keeper: running, command: running }));
    const opened = Promise.withResolvers<void>();
    cluster.api.upgrade(async ({ accept }) => {
      const socket = await accept();
      socket.send(frame(2, 'hello\nbegan 1763930900 2026-11-23 20:48:20.1 +0000\n'));
      opened.resolve();
    });
    await executor.start(launch, patient);
    const seen = end();
    await opened.promise;
    // Nothing that is asked of that node is answered from here on.
    cluster.api.upgrade(({ socket }) => void socket.destroy());
    executor.stop(launch.commandId, 1000, over.signal).catch(() => undefined);
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByPodGC',
      message: 'PodGC: node not found',
    };
    cluster.put(
      onNode(cluster.pod, { keeper: running, command: running }, { phase: 'Failed', conditions: [condition] }),
    );
    cluster.take();
    const last = await seen;
    assert.deepEqual([last.type, 'reason' in last ? last.reason : ''], ['lost', 'DeletionByPodGC']);
  });

  test('cannot begin where its keeper has ended, and that container’s word is the reason', async () => {
    const { executor, launch } = cluster;
    cluster.becomes((pod) => onNode(pod, { keeper: ended({ reason: 'OOMKilled' }), command: running }));
    await executor.start(launch, patient);
    const seen = await end();
    assert.deepEqual([seen.type, 'reason' in seen ? seen.reason : ''], ['refused', 'OOMKilled']);
  });

  test('fails at once on an API server that does not speak the protocol', async () => {
    const { executor, launch } = cluster;
    cluster.becomes((pod) => onNode(pod, { keeper: running, command: running }));
    cluster.api.upgrade(async ({ accept }) => void (await accept(false)));
    await executor.start(launch, patient);
    const seen = await end();
    assert.ok(seen.type === 'refused' && seen.reason === 'ClusterTooOld', JSON.stringify(seen));
    assert.match(seen.message, /1\.30/);
  });

  test('is let begin in the pod that was admitted, and every exec names that pod by its uid', async () => {
    const { executor, launch } = cluster;
    const admitted: string[] = [];
    cluster.becomes((pod) => onNode(pod, { keeper: running, command: running }));
    cluster.api.upgrade(async ({ accept }) => {
      const socket = await accept();
      // Another pod has its name: the script there has not even begun.
      if (cluster.pod.metadata.uid !== admitted[0]) return finish(socket, 97);
      cluster.take();
      cluster.put({ ...cluster.pod, metadata: { ...cluster.pod.metadata, uid: 'another' } });
    });
    const admit = async (uid: string): Promise<void> => void admitted.push(uid);
    await executor.start({ ...launch, admit }, patient);
    const { uid } = cluster.pod.metadata;
    const before = cluster.pod;
    cluster.api.upgrade(async ({ accept }) => {
      const socket = await accept();
      cluster.take();
      cluster.put({ ...before, metadata: { ...before.metadata, uid: 'another' } });
      finish(socket, 97);
    });
    const seen = await end();
    assert.deepEqual(admitted, [uid]);
    assert.deepEqual([seen.type, 'reason' in seen ? seen.reason : ''], ['lost', 'PodDeleted']);
    const execs = cluster.api.seen.filter(({ url }) => url.pathname.endsWith('/exec'));
    assert.ok(execs.length > 0);
    for (const { url } of execs) assert.ok(url.searchParams.getAll('command').includes(uid), url.search);
  });
});

describe('a sweep', () => {
  test('finds what a doctor left that was killed, and spares one that is under way', async () => {
    const { executor, launch } = cluster;
    await executor.start(launch, patient);
    const trial = (id: string, minutes: number) => ({
      ...cluster.pod,
      metadata: {
        ...cluster.pod.metadata,
        name: `longarm-${id}`,
        uid: id,
        labels: { 'longarm.dev/cluster': '00000000-0000-4000-8000-000000000000', 'longarm.dev/command': id },
        creationTimestamp: new Date(Date.now() - minutes * 60_000).toISOString(),
      },
    });
    const [old, young] = ['a'.repeat(32), 'b'.repeat(32)];
    cluster.put(trial(old, 20));
    cluster.put(trial(young, 2));
    assert.deepEqual((await executor.list(patient)).toSorted(), [launch.commandId, old].toSorted());
    const asked = cluster.api.seen.findLast(({ url }) => url.searchParams.has('labelSelector'));
    assert.match(asked?.url.searchParams.get('labelSelector') ?? '', /^longarm\.dev\/cluster in \(/);
  });
});
