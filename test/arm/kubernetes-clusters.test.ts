import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Cluster } from '../../src/core/cluster.ts';
import { parseClusterAddress } from '../../src/wire/cluster-path.ts';
import { type ArmServer, startArmServer, version } from './arm-server.ts';

const secret = `Sentinel${randomBytes(12).toString('hex')}`;
const kubeconfig = (token: string) => `
apiVersion: v1
kind: Config
current-context: c
contexts: [{ name: c, context: { cluster: c, user: u, namespace: team } }]
clusters: [{ name: c, cluster: { server: "https://cluster.invalid:6443" } }]
users: [{ name: u, user: { token: ${token} } }]
`;

describe('clusters that run commands in pods, over ARM', () => {
  let server: ArmServer;
  let path: string;
  before(async () => {
    server = await startArmServer();
    path = `${server.group}/providers/Microsoft.ContainerService/managedClusters/pods?${version}`;
    const made = await put({ executor: 'kubernetes', kubeconfig: kubeconfig(secret), image: 'toolbox:1' });
    assert.equal(made.status, 201, made.text);
  });
  after(() => server.stop());

  const token = () => ({ token: server.administrator });
  const put = (longarm: object) => server.call('PUT', path, { ...token(), body: { properties: { longarm } } });
  const shown = async () => (await server.call('GET', path, token())).json.properties.longarm;
  const stored = async (): Promise<{ readonly cluster: Cluster; readonly kubeconfig: string | undefined }> =>
    server.longarm.plane.store.read(async ({ directory }) => {
      const params = {
        subscriptionId: server.subscription,
        resourceGroupName: 'rg1',
        resourceName: 'pods',
      };
      const cluster = await directory.findCluster(parseClusterAddress(params));
      assert.ok(cluster);
      return { cluster, kubeconfig: await directory.kubeconfig(cluster.uid) };
    });
  const audited = () => server.longarm.plane.store.read(({ audit }) => audit.newest(1000));

  test('the kubeconfig is kept, and shown to nobody: in no answer, no audit row and no file', async () => {
    assert.ok((await stored()).kubeconfig?.includes(secret));
    const answers = [
      await server.call('GET', path, token()),
      await server.call('GET', path.replace('/pods?', '?'), token()),
      await put({}),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      assert.ok(!answer.text.includes(secret) && !answer.text.includes('kubeconfig'), answer.text);
    }
    const rows = await audited();
    assert.ok(rows.some(({ details }) => details['kubeconfigChanged'] === true));
    assert.ok(!JSON.stringify(rows).includes(secret));
    for (const file of readdirSync(server.dataDir, { recursive: true, withFileTypes: true })) {
      if (file.isFile()) assert.ok(!readFileSync(join(file.parentPath, file.name)).includes(secret), file.name);
    }
  });

  test('what a PUT leaves out stays, what it sets to null goes, and the kubeconfig changes only with a new one', async () => {
    const podTemplate = { spec: { nodeSelector: { pool: 'ops' } } };
    assert.equal((await put({ namespace: 'commands', serviceAccount: 'view', podTemplate })).status, 200);
    const { executor, shell, strict, limits, ...settings } = await shown();
    assert.deepEqual([executor, shell, strict, limits], ['kubernetes', 'sh', false, {}]);
    assert.deepEqual(settings, { namespace: 'commands', image: 'toolbox:1', serviceAccount: 'view', podTemplate });
    assert.equal((await put({ image: null, podTemplate: null })).status, 200);
    assert.deepEqual((await stored()).cluster.kubernetes, { namespace: 'commands', serviceAccount: 'view' });
    assert.ok((await stored()).kubeconfig?.includes(secret));
    assert.equal((await put({ kubeconfig: kubeconfig('another') })).status, 200);
    assert.equal((await stored()).kubeconfig, kubeconfig('another'));
    assert.equal((await put(await shown())).status, 200, 'what is shown can be sent back');
  });

  test('a refused PUT changes nothing', async () => {
    const before = await stored();
    for (const longarm of [
      { kubeconfig: 'kind: Pod', strict: true },
      { podTemplate: { spec: { hostPID: true } }, kubeconfig: kubeconfig('third') },
      { namespace: 'Team', strict: true },
      { image: 'a b', strict: true },
      { executor: 'scripted', kubeconfig: kubeconfig('third') },
    ]) {
      assert.equal((await put(longarm)).status, 400, JSON.stringify(longarm));
    }
    assert.deepEqual(await stored(), before);
  });

  test('a cluster that is deleted and made anew has no kubeconfig of the former one', async () => {
    const { uid } = (await stored()).cluster;
    assert.equal((await server.call('DELETE', path, token())).status, 200);
    const left = await server.longarm.plane.store.read(({ directory }) => directory.kubeconfig(uid));
    assert.equal(left, undefined);
    const without = await put({ executor: 'kubernetes' });
    assert.deepEqual([without.status, without.json.error.target], [400, 'properties.longarm.kubeconfig']);
  });
});
