import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { clusterToHarm } from '../cluster/cluster-under-test.ts';
import { images } from '../cluster/one-node/images.ts';

describe('a cluster whose daemons are killed', () => {
  const cluster = clusterToHarm();
  const pod = `survivor-${randomBytes(4).toString('hex')}`;
  const ask = async (...args: readonly string[]): Promise<string> =>
    cluster.runKubectl(args, AbortSignal.timeout(100_000));
  const bootId = async (): Promise<string> => ask('exec', pod, '--', 'cat', '/tmp/id');

  before(async () => {
    await ask(
      'run',
      pod,
      `--image=${images.toolbox}`,
      '--restart=Never',
      '--',
      'sh',
      '-c',
      'echo $$-$RANDOM >/tmp/id; sleep 600',
    );
    await ask('wait', '--for=condition=Ready', '--timeout=60s', `pod/${pod}`);
  });
  after(async () => void (await ask('delete', 'pod', pod, '--now')));

  for (const daemon of ['kube-apiserver', 'kubelet', 'containerd', 'etcd'] as const) {
    test(`is ready again after kill -9 of ${daemon}, and its pod never stopped`, async (t) => {
      const before = await bootId();
      await cluster.end(daemon, 'SIGKILL', t.signal);
      await cluster.start(daemon, t.signal);
      assert.equal(await bootId(), before);
    });
  }

  test('loses its containers when its node crashes, and says so once the node is back', async (t) => {
    const lost = `${pod}-lost`;
    await ask('run', lost, `--image=${images.toolbox}`, '--restart=Never', '--', 'sleep', '600');
    await ask('wait', '--for=condition=Ready', '--timeout=60s', `pod/${lost}`);
    await cluster.crashNode(t.signal);
    assert.match(await ask('get', 'pod', lost, '-o', 'jsonpath={.status.phase}'), /Running/);
    await cluster.bootNode(t.signal);
    await ask('wait', '--for=jsonpath={.status.phase}=Failed', '--timeout=60s', `pod/${lost}`);
    await ask('delete', 'pod', lost, '--now');
  });

  test('answers nothing while it is cut off, and answers again afterwards', async (t) => {
    await cluster.cutOff(t.signal);
    try {
      await assert.rejects(ask('get', 'namespaces', '--request-timeout=2s'), /deadline exceeded|timeout|timed out/i);
    } finally {
      await cluster.rejoin(AbortSignal.timeout(30_000));
    }
    assert.match(await ask('get', 'namespaces'), /kube-system/);
  });
});
