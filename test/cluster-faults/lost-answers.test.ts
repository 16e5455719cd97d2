import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { clusterToHarm } from '../cluster/cluster-under-test.ts';
import { type PodServer, startPodServer } from '../cluster/pod-server.ts';
import { until } from '../cluster/runs/in-pod.ts';
import { outputOf } from '../cluster/runs/long-run.ts';
import { zipContext } from '../wire/zip-writer.ts';
import { type ApiServerProxy, startApiServerProxy } from './api-server-proxy.ts';

/** Longer than a request is waited for. */
const lateMs = 40_000;

describe('a command in a pod of a cluster whose API server does what it is asked, and its answer is', () => {
  let proxy: ApiServerProxy;
  let pods: PodServer;
  before(async () => {
    proxy = await startApiServerProxy(clusterToHarm());
    pods = await startPodServer({ apiServer: proxy.url });
  });
  after(async () => {
    await pods.dispose();
    await proxy.close();
  });

  /** @returns the mark of a command that ran once and of which nothing is left. */
  async function runOnce(): Promise<string> {
    const mark = randomBytes(6).toString('hex');
    const context = zipContext([{ name: 'file', content: 'the file\n', mode: 0o100640 }]);
    const ref = await pods.submit({ command: `${pods.marks.command(mark)}; cat file; exit 6`, context });
    const { properties } = await pods.client().waitForEnd(ref);
    const { provisioningState, exitCode, reason, longarm } = properties;
    assert.deepEqual([provisioningState, exitCode, reason, longarm?.complete], ['Succeeded', 6, undefined, true]);
    assert.equal(await outputOf(pods, ref), 'the file\n');
    await pods.nothingLeft();
    assert.equal(pods.marks.count(mark), 1);
    return mark;
  }

  for (const [name, again] of [
    ['POST configmaps', 'GET configmaps'],
    ['POST secrets', 'POST secrets'],
    ['DELETE secrets', 'DELETE secrets'],
  ] as const) {
    test(`lost, to ${name}: ${again} is asked once more, it runs once, and nothing is left`, async () => {
      const before = proxy.count(again);
      const lost = proxy.treat(name, { type: 'lost' });
      const mark = await runOnce();
      await lost;
      // Of what is removed the end is told before.
      await until(`a second ${again}`, async () => (proxy.count(again) >= before + 2 ? true : undefined));
      await pods.nothingLeft();
      assert.equal(pods.marks.count(mark), 1);
    });
  }

  for (const [name, status, what] of [
    ['POST pods', 201, 'the pod is adopted that was made'],
    ['DELETE pods', 200, 'the pod is known to be gone'],
  ] as const) {
    test(`lost, to ${name}: ${what}, it runs once, and nothing is left`, async () => {
      const before = proxy.count(name, status);
      const lost = proxy.treat(name, { type: 'lost' });
      const mark = await runOnce();
      await lost;
      // It may be found by asking once more, or by the watch before that.
      await pods.nothingLeft();
      assert.deepEqual([proxy.count(name, status) - before, pods.marks.count(mark)], [1, 1]);
    });
  }

  test(`${lateMs / 1000} s late, to POST pods: the pod is adopted that was made, it runs once, and the answer changes nothing`, async () => {
    const before = proxy.count('POST pods', 201);
    const answer = { isThere: false };
    const late = proxy.treat('POST pods', { type: 'late', byMs: lateMs }).then(() => (answer.isThere = true));
    const mark = await runOnce();
    assert.ok(!answer.isThere, 'it was the answer that let it go on');
    await late;
    await pods.nothingLeft();
    assert.equal(pods.marks.count(mark), 1);
    assert.equal(proxy.count('POST pods', 201) - before, 1, 'pods were made');
  });
});
