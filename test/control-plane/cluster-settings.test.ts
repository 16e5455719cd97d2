import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LongarmError } from '../../src/core/error-code.ts';
import { cancelCommand } from '../../src/control-plane/cancel-command.ts';
import { putCluster } from '../../src/control-plane/put-cluster.ts';
import { runCommand } from '../../src/control-plane/run-command.ts';
import { kubernetesCluster } from './kubernetes-cluster.ts';
import { openPlane } from './plane.ts';

function kubeconfigOf(host: string, token: string): string {
  const cluster = { server: `https://${host}.invalid` };
  return JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token } }],
  });
}

describe('the settings of a cluster that runs commands in pods', () => {
  test('its namespace stays while commands may have pods there, and the rest may change', async (t) => {
    const behind = await openPlane();
    t.after(() => behind.close());
    const { plane, actor } = behind;
    const { address } = await kubernetesCluster(behind, { namespace: 'former' });
    const payload = { text: 'true' };
    const id = await runCommand(plane, actor, { address, payload, textSha256: '', bodySha256: '' });
    const move = () => putCluster(plane, actor, address, { kubernetes: { namespace: 'new' } });
    await assert.rejects(
      move(),
      (error) => error instanceof LongarmError && error.code === 'ClusterHasUnfinishedCommands',
    );
    const same = { kubernetes: { namespace: 'former', image: 'toolbox:2' } };
    assert.deepEqual((await putCluster(plane, actor, address, same)).cluster.kubernetes, same.kubernetes);
    await cancelCommand(plane, actor, address, id);
    assert.equal((await move()).cluster.kubernetes?.namespace, 'new');
  });

  test('its kubeconfig may get another token at any time, and another server only when no command is unfinished', async (t) => {
    const behind = await openPlane();
    t.after(() => behind.close());
    const { plane, actor } = behind;
    const { address } = await kubernetesCluster(behind);
    const put = (server: string, token: string) =>
      putCluster(plane, actor, address, { kubeconfig: kubeconfigOf(server, token) });
    await put('one', 'a');
    const payload = { text: 'true' };
    const id = await runCommand(plane, actor, { address, payload, textSha256: '', bodySha256: '' });
    await put('one', 'b');
    await assert.rejects(put('two', 'b'), (error) => {
      assert.ok(error instanceof LongarmError);
      assert.match(error.message, /at its present server/);
      return error.code === 'ClusterHasUnfinishedCommands';
    });
    await cancelCommand(plane, actor, address, id);
    await put('two', 'b');
  });

  test('those that the configuration declares are its alone', async (t) => {
    const behind = await openPlane();
    t.after(() => behind.close());
    const { plane, actor } = behind;
    const cluster = await kubernetesCluster(behind, { image: 'toolbox:1' });
    await plane.store.write(({ directory }) => directory.saveCluster({ ...cluster, origin: 'configuration' }));
    const put = (change: Parameters<typeof putCluster>[3]) => putCluster(plane, actor, cluster.address, change);
    const kubeconfig = 'kind: Config';
    for (const [field, change] of [
      ['image', { kubernetes: { image: 'toolbox:2' } }],
      ['image', { kubernetes: { image: null } }],
      ['namespace', { kubernetes: { namespace: 'n' } }],
      ['kubeconfig', { kubeconfig }],
    ] as const) {
      await assert.rejects(put(change), (error) => {
        assert.ok(error instanceof LongarmError && error.target === `properties.longarm.${field}`, String(error));
        return true;
      });
    }
    const same = await put({ kubernetes: { image: 'toolbox:1', namespace: null }, tags: { a: 'b' } });
    assert.deepEqual(same.cluster.kubernetes, cluster.kubernetes);
  });
});
