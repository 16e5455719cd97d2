import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseConfigFile } from '../../src/config/config-file.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { roleByName } from '../../src/core/role.ts';
import { rootScope } from '../../src/core/scope.ts';
import { freePort } from '../../src/main/free-port.ts';
import { registerClient } from '../../src/main/new-client.ts';
import { createServerLog } from '../../src/main/server-log.ts';
import { type RunningLongarm, startLongarm } from '../../src/main/start-longarm.ts';
import { version } from '../arm/arm-server.ts';
import { connectRaw } from './raw-client.ts';

/** Starts a server behind a proxy that is not there, on a directory of its own. */
async function start(folder: string, name: string, more: string): Promise<RunningLongarm> {
  const clusters = 'clusters:\n  - { resourceGroup: rg1, name: scripted, executor: scripted }\n';
  const file = parseConfigFile('test.yaml', `publicUrl: https://longarm.example\n${clusters}${more}`);
  const flags = { dataDir: join(folder, name), port: '0', logLevel: 'error' };
  return startLongarm(resolveConfig({ flags, environment: {}, file }), createServerLog('error', 2));
}

const listeners = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

describe('the plain listener', () => {
  let folder: string;
  let longarm: RunningLongarm;
  let port: number;
  let administrator: string;
  let stranger: string;
  let cluster: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lp-'));
    port = await freePort('127.0.0.1');
    longarm = await start(folder, 'on', `plainHttp: { enabled: on, port: ${port} }\n`);
    const role = roleByName('administrator');
    assert.ok(role);
    administrator = await tokenFor({ role, scope: rootScope });
    stranger = await tokenFor();
    cluster = `/subscriptions/${longarm.identity.subscriptionId}/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/scripted`;
  });
  after(async () => {
    await longarm.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const exchange = async (request: string) => {
    const client = await connectRaw(port);
    client.send(request);
    const answer = await client.answer();
    client.close();
    return answer;
  };
  const get = (target: string, headers = '') => exchange(`GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
  const tokenFor = async (role?: Parameters<typeof registerClient>[3]): Promise<string> => {
    const { client, secret } = await registerClient(longarm.plane.store, longarm.identity, 'test', role);
    const form = `grant_type=client_credentials&client_id=${client.id}&client_secret=${encodeURIComponent(secret)}&scope=https://management.azure.com/.default`;
    const head = `POST /${longarm.identity.tenantId}/oauth2/v2.0/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded`;
    const { status, text } = await exchange(`${head}\r\nContent-Length: ${form.length}\r\n\r\n${form}`);
    assert.equal(status, 200, text);
    return String(JSON.parse(text).access_token);
  };

  test('is off unless it is switched on', async () => {
    const before = listeners();
    const other = await start(folder, 'off', '');
    assert.equal(listeners(), before + 1);
    await other.stop();
  });

  test('listens on loopback alone', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((each) => each !== undefined && !each.internal && each.family === 'IPv4');
    if (outside === undefined) return;
    const socket = connect(port, outside.address);
    const [error] = await once(socket, 'error').catch((thrown: unknown) => [thrown]);
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED', String(error));
  });

  test('asks for the same tokens and grants the same rights', async () => {
    const path = `${cluster}?${version}`;
    assert.equal((await get(path)).status, 401);
    assert.equal((await get(path, `Authorization: Bearer ${stranger}\r\n`)).status, 403);
    assert.equal((await get(path, `Authorization: Bearer ${administrator}\r\n`)).status, 200);
  });

  test('gives links of the public URL, whatever the client calls the host', async () => {
    const body = '{"command":"exit 0"}';
    const answer = await exchange(
      `POST ${cluster}/runCommand?${version} HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n` +
        `X-Forwarded-Proto: http\r\nForwarded: host=evil.example\r\nAuthorization: Bearer ${administrator}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    assert.equal(answer.status, 202);
    assert.match(answer.headers['location'] ?? '', /^https:\/\/longarm\.example\/subscriptions\//);
    assert.doesNotMatch(JSON.stringify(answer), /evil/);
  });

  test('gives nobody the metrics without a token of theirs: behind a proxy every caller looks local', async () => {
    assert.equal((await get('/metrics')).status, 401);
    assert.equal((await get('/metrics', 'X-Forwarded-For: 127.0.0.1\r\n')).status, 401);
  });

  test('refuses what means harm in the same words as the other', async () => {
    const client = await connectRaw(port);
    client.send(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`);
    assert.deepEqual((await client.answer()).code, 'RequestHeaderFieldsTooLarge');
    client.close();
    const tls = await connectRaw(port);
    tls.send(Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]));
    assert.deepEqual((await tls.answer()).status, 400);
    tls.close();
  });
});
