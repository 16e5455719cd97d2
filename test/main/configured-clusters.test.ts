import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseConfigFile } from '../../src/config/config-file.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { createServerLog } from '../../src/main/server-log.ts';
import { startLongarm } from '../../src/main/start-longarm.ts';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';

describe('clusters of the configuration file, over restarts', () => {
  let server: ArmServer;
  let cluster: string;
  before(async () => {
    server = await startArmServer();
    cluster = `${server.group}/providers/Microsoft.ContainerService/managedClusters`;
  });
  after(() => server.stop());

  /** Starts on the same data directory with another configuration, does the work, and stops. */
  async function restartedWith(configuration: string): Promise<void> {
    await server.longarm.stop();
    const file = parseConfigFile('test.yaml', configuration);
    const config = resolveConfig({ flags: { dataDir: server.dataDir, port: '0' }, environment: {}, file });
    const longarm = await startLongarm(config, createServerLog('error', 2));
    await longarm.stop();
    await server.restart();
  }

  test('one that is declared no more can be deleted over the API, and one that is cannot', async () => {
    const token = () => server.tokenFor('administrator');
    const declared = await server.call('DELETE', `${cluster}/local?${version}`, { token: await token() });
    assert.deepEqual([declared.status, declared.json.error.target], [400, 'resourceName']);
    await server.longarm.stop();
    const file = parseConfigFile('test.yaml', 'clusters: []');
    const config = resolveConfig({ flags: { dataDir: server.dataDir, port: '0' }, environment: {}, file });
    const longarm = await startLongarm(config, createServerLog('error', 2));
    const origins = await longarm.plane.store.read(({ directory }) => directory.clusters());
    await longarm.stop();
    assert.deepEqual(new Set(origins.map(({ origin }) => origin)), new Set(['api']));
    await server.restart();
  });

  test('what the file says of one is the file’s alone: the API labels it and switches it, and no more', async () => {
    const token = await server.tokenFor('administrator');
    const put = (body: object) => server.call('PUT', `${cluster}/local?${version}`, { token, body });
    const refused = await put({ properties: { longarm: { strict: true } } });
    assert.deepEqual([refused.status, refused.json.error.target], [400, 'properties.longarm.strict']);
    assert.equal((await put({ tags: { team: 'a' } })).status, 200);
    const shown = await server.call('GET', `${cluster}/local?${version}`, { token });
    assert.equal((await put(shown.json)).status, 200, 'what was shown can be sent back');
  });

  test('a setting that is taken out of the file is out of force with the next start', async () => {
    await restartedWith(
      'clusters:\n  - { resourceGroup: rg1, name: local, executor: process, strict: on, limits: { run: 5s } }\n',
    );
    const token = await server.tokenFor('administrator');
    const { longarm } = (await server.call('GET', `${cluster}/local?${version}`, { token })).json.properties;
    assert.deepEqual([longarm.strict, longarm.limits], [false, {}]);
  });

  test('one that the file switches off has what waits and runs in it stopped', async () => {
    const path = await (async () => {
      const token = await server.tokenFor('administrator');
      const submit = `${cluster}/scripted/runCommand?${version}`;
      const answer = await server.call('POST', submit, { token, body: { command: 'sleep 10m' } });
      return new URL(answer.headers['location'] ?? '').pathname;
    })();
    await restartedWith(
      'clusters:\n  - { resourceGroup: rg1, name: scripted, executor: scripted, disableRunCommand: on }\n',
    );
    const end = await server.end(path, await server.tokenFor('administrator'));
    assert.match(end.json.properties.reason, /^RunCommandDisabled: /);
  });

  test('one that runs commands in pods has the settings of the file, and no kubeconfig that came by the API', async () => {
    const path = `${cluster}/pods?${version}`;
    const call = async (method: string, body?: object) =>
      server.call(method, path, { token: await server.tokenFor('administrator'), ...(body && { body }) });
    const kubeconfig =
      '{current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: ' +
      '{server: "https://cluster.invalid"}}], users: [{name: u, user: {token: t}}]}';
    const made = await call('PUT', { properties: { longarm: { executor: 'kubernetes', kubeconfig, image: 'a:1' } } });
    assert.equal(made.status, 201, made.text);
    const kept = () =>
      server.longarm.plane.store.read(async ({ directory }) => {
        const found = (await directory.clusters()).find(({ address }) => address.name === 'pods');
        assert.ok(found);
        return [found.kubernetes, await directory.kubeconfig(found.uid)];
      });
    assert.deepEqual(await kept(), [{ image: 'a:1' }, kubeconfig]);
    await restartedWith(
      'clusters:\n  - { resourceGroup: rg1, name: pods, executor: kubernetes, kubeconfig: /etc/absent, namespace: n }\n',
    );
    assert.deepEqual(await kept(), [{ namespace: 'n' }, undefined]);
    // The configuration of this test's server names it no more, so it is one like those of the API again.
    assert.equal((await call('PUT', { properties: { longarm: { kubeconfig } } })).status, 200);
    assert.deepEqual(await kept(), [{ namespace: 'n' }, kubeconfig]);
  });

  test('a data directory without its keys is refused, with what to do, and nothing is made in their place', async () => {
    await server.longarm.stop();
    await rm(join(server.dataDir, 'keys.json'));
    const config = resolveConfig({ flags: { dataDir: server.dataDir, port: '0' }, environment: {}, file: undefined });
    await assert.rejects(startLongarm(config, createServerLog('error', 2)), /keys\.json is missing.*backup/);
    await assert.rejects(startLongarm(config, createServerLog('error', 2)), /keys\.json is missing/);
  });
});
