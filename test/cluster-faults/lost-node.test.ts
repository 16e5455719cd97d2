import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { clusterToHarm } from '../cluster/cluster-under-test.ts';
import { nodeName } from '../cluster/one-node/layout.ts';
import { type PodServer, startPodServer } from '../cluster/pod-server.ts';
import { assertStored, assertWhole, numbered, outputOf, startLongRun } from '../cluster/runs/long-run.ts';

describe('a command in a pod whose node is', () => {
  const cluster = clusterToHarm();
  let pods: PodServer;
  before(async () => {
    pods = await startPodServer();
  });
  after(() => pods.dispose());

  const ask = (...args: readonly string[]): Promise<string> => cluster.runKubectl(args, AbortSignal.timeout(150_000));

  /** The lines that are stored: a beginning of what it wrote, at least so many. */
  function assertBeginning(text: string, least: number): void {
    const lines = text.split('\n');
    lines.pop();
    assert.ok(lines.length >= least, `${lines.length} lines`);
    assert.deepEqual(lines, numbered(lines.length));
  }

  test('drained ends with that reason, has all that it wrote to the last line on its way out, and is not run again', async () => {
    const run = await startLongRun(pods);
    try {
      await ask('drain', nodeName, '--force', '--delete-emptydir-data', '--ignore-daemonsets', '--timeout=90s');
    } finally {
      await ask('uncordon', nodeName);
    }
    const result = await pods.client().waitForEnd(run.command);
    assert.equal(result.properties.provisioningState, 'Failed');
    assert.match(result.properties.reason ?? '', /^Evicted: /);
    const text = await outputOf(pods, run.command);
    assertWhole(text);
    assertStored(result, text, true);
    await pods.nothingLeft();
    assert.equal(run.effects(), 1);
  });

  test('crashed and comes back ends with a reason, says that output may be missing, and is not run again', async (t) => {
    const run = await startLongRun(pods);
    try {
      await cluster.crashNode(t.signal);
    } finally {
      await cluster.bootNode(AbortSignal.timeout(150_000));
    }
    const result = await pods.client().waitForEnd(run.command);
    assert.equal(result.properties.provisioningState, 'Failed');
    assert.match(result.properties.reason ?? '', /^Unknown: .*no exit code/);
    assert.equal(result.properties.exitCode, undefined);
    const text = await outputOf(pods, run.command);
    assertBeginning(text, 1);
    assertStored(result, text, false);
    await pods.nothingLeft();
    assert.equal(run.effects(), 1);
  });

  for (const [how, lose, bringBack] of [
    [
      'while its containers live on',
      (signal: AbortSignal) => cluster.end('kubelet', 'SIGKILL', signal),
      (signal: AbortSignal) => cluster.start('kubelet', signal),
    ],
    [
      'with its containers',
      (signal: AbortSignal) => cluster.crashNode(signal),
      (signal: AbortSignal) => cluster.bootNode(signal),
    ],
  ] as const) {
    test(`gone for good ${how} ends with that word, says to look what it had done, and is not run again when a node returns`, async (t) => {
      const run = await startLongRun(pods);
      try {
        await lose(t.signal);
        await ask('delete', 'node', nodeName);
        const result = await pods.client().waitForEnd(run.command);
        assert.equal(result.properties.provisioningState, 'Failed');
        assert.match(result.properties.reason ?? '', /^DeletionByPodGC: .*what the command had done by then/);
        assert.equal(result.properties.exitCode, undefined);
        const text = await outputOf(pods, run.command);
        assertBeginning(text, 1);
        assertStored(result, text, false);
      } finally {
        await bringBack(AbortSignal.timeout(150_000));
      }
      await pods.nothingLeft();
      assert.equal(run.effects(), 1);
    });
  }
});
