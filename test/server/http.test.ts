import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { after, before, describe, test } from 'node:test';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';

describe('the server', () => {
  let server: ArmServer;
  let cluster: string;
  before(async () => {
    server = await startArmServer();
    cluster = `${server.group}/providers/Microsoft.ContainerService/managedClusters/local`;
  });
  after(() => server.stop());
  const get = (path: string, headers: Record<string, string> = {}) =>
    server.call('GET', path, { token: server.administrator, headers });

  /** Sends bytes over TLS and reads all that comes back until the server closes. */
  async function sendRaw(text: string): Promise<string> {
    const { hostname, port } = new URL(server.longarm.publicUrl);
    const ca = readFileSync(server.longarm.caFile ?? '');
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = connect({ host: hostname, port: Number(port), ca }, () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.once('error', reject);
    socket.once('close', () => resolve(answer));
    return promise;
  }

  test('a path that is nobody’s is 404, and another method’s is 405 that says which', async () => {
    const nobody = await get('/subscriptions/x/nothing/here');
    assert.deepEqual([nobody.status, nobody.json.error.code], [404, 'InvalidResourceType']);
    const method = await server.call('DELETE', `${cluster}/runCommand?${version}`, { token: server.administrator });
    assert.deepEqual([method.status, method.json.error.code], [405, 'MethodNotAllowed']);
    assert.match(method.json.error.message, /POST/);
  });

  test('what the HTTP parser refuses is answered with a CloudError too', async () => {
    assert.match(await sendRaw('NOT HTTP\r\n\r\n'), /^HTTP\/1.1 400 [^]*"code":"InvalidRequestContent"/);
    const large = `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'a'.repeat(70_000)}\r\n\r\n`;
    assert.match(await sendRaw(large), /^HTTP\/1.1 431 [^]*"code":"RequestHeaderFieldsTooLarge"/);
  });

  test('metrics count commands by phase and requests by operation', async () => {
    await server.end(await server.submit('true'));
    const { text } = await server.call('GET', '/metrics');
    assert.match(text, /^longarm_commands\{phase="completed"\} [1-9]/m);
    assert.match(
      text,
      /longarm_http_request_duration_seconds_count\{operation="ManagedClusters_RunCommand",status="202"\} [1-9]/,
    );
    assert.match(text, /^longarm_worker_active_commands \d/m);
  });

  test('the OpenAPI document lists every operation once, with the vendor’s ids', async () => {
    const { json } = await get('/openapi.json');
    assert.equal(json.openapi, '3.1.0');
    const ids = Object.values(json.paths)
      .flatMap((item) => Object.values(item as Record<string, { operationId: string }>))
      .map(({ operationId }) => operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ['ManagedClusters_RunCommand', 'ManagedClusters_GetCommandResult', 'Longarm_GetOutput'])
      assert.ok(ids.includes(id), id);
  });

  test('a poll that is held when the server stops is answered as things stand, and the command goes on', async () => {
    const path = await server.submit('sleep 3; echo done');
    while ((await get(`${path}?${version}`)).json.properties.longarm.phase !== 'running');
    const held = get(`${path}?${version}`, { prefer: 'wait=20' });
    const followed = get(`${path}/output?${version}&follow=true`);
    // Both may fail before they are awaited, and are to fail the test then and not the process.
    for (const call of [held, followed]) call.catch(() => undefined);
    // Both are under way once the server has answered a request that was sent after them.
    await get(`${cluster}?${version}`);
    await server.restart();
    assert.equal((await held).status, 202);
    await assert.rejects(followed, 'a follower must be cut, not told that this was the end');
    const token = await server.tokenFor('administrator');
    const end = await server.end(path, token);
    assert.deepEqual([end.json.properties.exitCode, end.json.properties.logs], [0, 'done\n']);
  });
});
