import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { clusterToHarm } from '../cluster/cluster-under-test.ts';
import { type PodServer, startPodServer } from '../cluster/pod-server.ts';
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

  async function runOnce(): Promise<void> {
    const mark = randomBytes(6).toString('hex');
    const context = zipContext([{ name: 'file', content: 'the file\n', mode: 0o100640 }]);
    const ref = await pods.submit({ command: `${pods.marks.command(mark)}; cat file; exit 6`, context });
    const { properties } = await pods.client().waitForEnd(ref);
    const { provisioningState, exitCode, reason, longarm } = properties;
    assert.deepEqual([provisioningState, exitCode, reason, longarm?.complete], ['Succeeded', 6, undefined, true]);
    assert.equal(await outputOf(pods, ref), 'the file\n');
    await pods.nothingLeft();
    assert.equal(pods.marks.count(mark), 1);
  }

  for (const name of ['POST configmaps', 'POST secrets', 'POST pods', 'DELETE pods', 'DELETE secrets'] as const) {
    test(`lost, to ${name}: it runs once and nothing is left`, async () => {
      const before = proxy.count(name);
      proxy.treat(name, { type: 'lost' });
      await runOnce();
      assert.ok(proxy.count(name) > before, `${name} was not asked`);
    });
  }

  test(`${lateMs / 1000} s late, to POST pods: the pod is adopted that was made, and it runs once`, async () => {
    const before = proxy.count('POST pods');
    proxy.treat('POST pods', { type: 'late', byMs: lateMs });
    const began = performance.now();
    await runOnce();
    // It was not the answer that let it go on.
    assert.ok(performance.now() - began < lateMs);
    assert.ok(proxy.count('POST pods') > before);
  });
});
