import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ArmServer, startArmServer, version } from './arm-server.ts';

describe('who may do what', () => {
  let server: ArmServer;
  let local: string;
  before(async () => {
    server = await startArmServer();
    local = `${server.group}/providers/Microsoft.ContainerService/managedClusters/local`;
  });
  after(() => server.stop());

  test('without a token everything but what clients need to sign in is 401', async () => {
    const closed = [`${local}?${version}`, '/subscriptions?api-version=2022-12-01', '/nowhere', '/openapi.json'];
    for (const path of closed) {
      const answer = await server.call('GET', path);
      assert.deepEqual([answer.status, answer.json.error.code], [401, 'AuthenticationFailed'], path);
      const challenge = answer.headers['www-authenticate'] ?? '';
      assert.match(challenge, new RegExp(`authorization_uri="[^"]*${server.longarm.identity.tenantId}"`));
    }
    const { tenantId } = server.longarm.identity;
    const open = [
      '/healthz',
      '/readyz',
      '/metadata/endpoints?api-version=2022-09-01',
      `/${tenantId}/v2.0/.well-known/openid-configuration`,
      '/adfs/.well-known/openid-configuration',
      `/${tenantId}/discovery/v2.0/keys`,
    ];
    for (const path of open) assert.equal((await server.call('GET', path)).status, 200, path);
  });

  test('a client without a role learns the same of what exists and of what does not', async () => {
    const token = await server.tokenFor();
    const shapes = [];
    for (const name of ['local', 'absent']) {
      const path = local.replace(/local$/, name);
      const answer = await server.call('GET', `${path}?${version}`, { token });
      shapes.push([answer.status, answer.json.error.code, answer.json.error.message.replaceAll(name, '*')]);
    }
    assert.deepEqual(shapes[0], shapes[1]);
    assert.equal(shapes[0]?.[0], 403);
    const listed = await server.call('GET', '/subscriptions?api-version=2022-12-01', { token });
    assert.deepEqual(listed.json.value, []);
  });

  test('a command runner reads and cancels its own commands and nobody else’s', async () => {
    const token = await server.tokenFor('command-runner', local);
    const submitted = await server.call('POST', `${local}/runCommand?${version}`, {
      token,
      body: { command: 'echo mine' },
    });
    const own = new URL(submitted.headers['location'] ?? '').pathname;
    assert.equal((await server.end(own, token)).json.properties.logs, 'mine\n');
    assert.equal((await server.call('GET', `${own}/output?${version}`, { token })).text, 'mine\n');
    const foreign = await server.submit('echo secret');
    await server.end(foreign);
    for (const path of [foreign, `${foreign}/output`]) {
      assert.equal((await server.call('GET', `${path}?${version}`, { token })).status, 403);
    }
    assert.equal((await server.call('POST', `${foreign}/cancel?${version}`, { token })).status, 403);
    const listed = await server.call('GET', `${local}/commandResults?${version}`, { token });
    assert.deepEqual(
      listed.json.value.map(({ id }: { id: string }) => id),
      [own.split('/').at(-1)],
    );
    assert.equal((await server.call('DELETE', `${own}?${version}`, { token })).status, 403);
  });

  test('a reader sees everybody’s results and runs nothing', async () => {
    const token = await server.tokenFor('reader', `/subscriptions/${server.subscription}`);
    const foreign = await server.submit('echo seen');
    assert.equal((await server.end(foreign, token)).json.properties.logs, 'seen\n');
    const refused = await server.call('POST', `${local}/runCommand?${version}`, { token, body: { command: 'true' } });
    assert.deepEqual([refused.status, refused.json.error.code], [403, 'AuthorizationFailed']);
  });

  test('who may not run commands uploads nothing: the refusal comes before the body is looked at', async () => {
    const token = await server.tokenFor('reader');
    const rawBody = 'this is not JSON';
    const headers = { 'content-type': 'application/json' };
    const answer = await server.call('POST', `${local}/runCommand?${version}`, { token, rawBody, headers });
    assert.equal(answer.status, 403);
  });

  test('a role counts at its scope and below, and nowhere else', async () => {
    const token = await server.tokenFor('command-runner', server.group);
    const other = local.replace('/rg1/', '/rg2/').replace(/local$/, 'other');
    assert.equal((await server.call('GET', `${local}?${version}`, { token })).status, 200);
    assert.equal((await server.call('GET', `${other}?${version}`, { token })).status, 403);
    const listed = await server.call(
      'GET',
      `/subscriptions/${server.subscription}/providers/Microsoft.ContainerService/managedClusters?${version}`,
      { token },
    );
    assert.deepEqual(listed.json.value.map(({ name }: { name: string }) => name).toSorted(), ['local', 'scripted']);
  });

  test('roles are granted and taken back over the API, and count with the next request', async () => {
    const token = await server.tokenFor();
    const principals = await server.longarm.plane.store.read(({ directory }) => directory.clients());
    const principalId = principals.at(-1)?.principalId;
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    assert.ok(typeof claims === 'object' && claims !== null && 'oid' in claims);
    const name = '7a1c9d52-93a5-4f7f-8d4c-0123456789ab';
    const path = `${local}/providers/Microsoft.Authorization/roleAssignments/${name}?api-version=2022-04-01`;
    const roleDefinitionId = '/providers/Microsoft.Authorization/roleDefinitions/5f0c6a4e-6d1b-4c53-9a2e-3f4f0d7f1a01';
    const body = { properties: { roleDefinitionId, principalId: claims.oid } };
    const admin = { token: server.administrator };
    assert.ok(principalId !== undefined);
    assert.equal((await server.call('PUT', path, { ...admin, body })).status, 201);
    assert.equal((await server.call('PUT', path, { ...admin, body })).status, 201, 'the same again is no conflict');
    assert.equal((await server.call('GET', `${local}?${version}`, { token })).status, 200);
    const other = { properties: { ...body.properties, principalId: 'somebody else' } };
    assert.equal((await server.call('PUT', path, { ...admin, body: other })).json.error.code, 'RoleAssignmentExists');
    assert.equal((await server.call('DELETE', path, admin)).status, 200);
    assert.equal((await server.call('DELETE', path, admin)).status, 204);
    assert.equal((await server.call('GET', `${local}?${version}`, { token })).status, 403);
  });

  test('submits, first reads, cancels and denials each leave one audit row, without the command’s text', async () => {
    const token = await server.tokenFor('reader');
    const path = await server.submit('echo sentinel-in-text');
    await server.end(path, token);
    await server.end(path, token);
    await server.call('POST', `${path}/cancel?${version}`, { token });
    const rows = await server.longarm.plane.store.read(({ audit }) => audit.newest(20));
    const id = path.split('/').at(-1) ?? '';
    const about = rows.filter((row) => row.target.endsWith(id) || row.details['commandId'] === id);
    assert.deepEqual(
      about.map(({ verb }) => verb),
      ['command.read', 'command.submit'],
    );
    assert.equal(rows[0]?.verb, 'access.denied');
    assert.ok(!JSON.stringify(rows).includes('sentinel-in-text'));
  });

  test('a client and its roles outlive a restart at another port', async () => {
    const { administrator } = server;
    await server.restart();
    const old = await server.call('GET', `${local}?${version}`, { token: administrator });
    assert.equal(old.status, 401, 'a token of the old URL is no good');
    const assignments = await server.longarm.plane.store.read(({ directory }) => directory.assignments());
    const owners = new Set(assignments.map(({ issuer }) => issuer));
    assert.deepEqual([...owners], [`urn:longarm:tenant:${server.longarm.identity.tenantId}`]);
  });
});
