import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';

const kubeconfig =
  '{current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: ' +
  '{server: "https://cluster.invalid"}}], users: [{name: u, user: {token: t}}]}';

describe('a Kubernetes cluster that does not answer', () => {
  let server: ArmServer;
  let cluster: string;
  before(async () => {
    server = await startArmServer();
    cluster = `${server.group}/providers/Microsoft.ContainerService/managedClusters/away`;
    const longarm = { executor: 'kubernetes', kubeconfig, limits: { startSeconds: 2, graceSeconds: 1 } };
    const token = await server.tokenFor('administrator');
    const body = { location: 'away', properties: { longarm } };
    assert.equal((await server.call('PUT', `${cluster}?${version}`, { token, body })).status, 201);
  });
  after(() => server.stop());

  async function submitted(): Promise<string> {
    const token = await server.tokenFor('administrator');
    const answer = await server.call('POST', `${cluster}/runCommand?${version}`, { token, body: { command: 'true' } });
    return new URL(answer.headers['location'] ?? '').pathname;
  }

  test('fails its commands at the start limit, with the server’s name and what to check', async () => {
    const end = await server.end(await submitted(), await server.tokenFor('administrator'));
    assert.equal(end.json.properties.provisioningState, 'Failed');
    assert.match(end.json.properties.reason, /^ClusterUnreachable: .*cluster\.invalid/);
    assert.equal(end.json.properties.startedAt, undefined);
  });

  test('lets a command be cancelled that cannot have begun in it', async () => {
    const [path, token] = [await submitted(), await server.tokenFor('administrator')];
    await server.call('POST', `${path}/cancel?${version}`, { token });
    const end = await server.end(path, token);
    assert.equal(end.json.properties.provisioningState, 'Canceled', end.text);
  });
});
