import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inParallel } from '../../loss/in-parallel.ts';
import { modest } from '../executor/kubernetes-bench.ts';
import { type PodServer, startPodServer } from '../pod-server.ts';
import { until } from './in-pod.ts';

const count = 48;
/** Far less than the five minutes after which everything is listed again, and what was missed comes to light. */
const limitMs = 30_000;

describe('many commands in pods that have to wait', () => {
  let server: PodServer;
  before(async () => {
    server = await startPodServer({ flags: ['--concurrent', String(count)] });
  });
  after(() => server.dispose());

  test(`each of ${count} commands that wait for a node at once is told so, though the cluster says it only once`, async () => {
    const podTemplate = { spec: { ...modest.spec, nodeSelector: { pool: 'none' } } };
    const cluster = await server.register('nowhere', { podTemplate });
    const began = performance.now();
    const reasons = await inParallel(count, count, async () => {
      const ref = await server.submit(server.marks.command('waits'), cluster);
      const client = server.client();
      const reason = await until('a reason of the cluster', async () => {
        const { reason: told } = (await client.result(ref)).result.properties;
        return told?.startsWith('Queued: ') === true ? undefined : told;
      });
      const tookMs = performance.now() - began;
      await client.cancel(ref);
      const { properties } = await client.waitForEnd(ref);
      assert.equal(properties.provisioningState, 'Canceled', JSON.stringify(properties));
      return { reason, tookMs };
    });
    for (const { reason, tookMs } of reasons) {
      assert.match(reason, /^Unschedulable: .*pool=none/);
      assert.ok(tookMs < limitMs, `it took ${Math.round(tookMs)} ms`);
    }
    await server.nothingLeft();
    assert.equal(server.marks.count('waits'), 0);
  });
});
