import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { zipContext } from '../wire/zip-writer.ts';
import { type ArmServer, startArmServer, version } from './arm-server.ts';

describe('Run Command and Get Command Result', () => {
  let server: ArmServer;
  let cluster: string;
  before(async () => {
    server = await startArmServer();
    cluster = `${server.group}/providers/Microsoft.ContainerService/managedClusters/local`;
  });
  after(() => server.stop());

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    server.call('POST', path, { token: server.administrator, body, headers });

  test('a submit is 202 with an empty body and an absolute https Location that az can take an id from', async () => {
    const answer = await post(`${cluster}/runCommand?api-version=2024-02-01`, { command: 'true', context: '' });
    assert.equal(answer.status, 202);
    assert.equal(answer.text, '');
    assert.equal(answer.headers['retry-after'], '1');
    const location = answer.headers['location'] ?? '';
    assert.ok(
      location.startsWith(`${server.longarm.publicUrl}/subscriptions/${server.subscription}/resourcegroups/rg1/`),
    );
    assert.match(location, /commandResults\/[0-9a-f]{32}\?api-version=2024-02-01/);
    assert.equal(answer.headers['azure-asyncoperation'], undefined);
  });

  test('a finished command is 200 with its exit code, times in whole seconds and its output in true order', async () => {
    const answer = await server.end(await server.submit('echo one; echo two >&2; echo three; exit 7'));
    assert.equal(answer.status, 200);
    const { provisioningState, exitCode, logs, startedAt, finishedAt, longarm } = answer.json.properties;
    assert.deepEqual(
      { provisioningState, exitCode, logs },
      { provisioningState: 'Succeeded', exitCode: 7, logs: 'one\ntwo\nthree\n' },
    );
    assert.match(startedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.match(finishedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual([longarm.phase, longarm.storedBytes, longarm.complete], ['completed', 14, true]);
  });

  test('an unfinished command is 202 with a body, and a plain GET does not wait for it', async () => {
    const path = await server.submit('sleep 250ms\nexit 0', { cluster: 'scripted' });
    const answer = await server.call('GET', `${path}?${version}`, { token: server.administrator });
    assert.equal(answer.status, 202);
    assert.equal(answer.json.properties.provisioningState, 'Running');
    assert.match(answer.headers['location'] ?? '', /commandResults\/[0-9a-f]{32}\?api-version=/);
    await server.end(path);
  });

  test('the Location of a submit holds the poll until the end', async () => {
    const submitted = await post(`${cluster}/runCommand?${version}`, { command: 'sleep 0.3; echo done' });
    const { pathname, search } = new URL(submitted.headers['location'] ?? '');
    const answer = await server.call('GET', pathname + search, { token: server.administrator });
    assert.equal(answer.status, 200);
    assert.equal(answer.json.properties.logs, 'done\n');
  });

  test('attached files arrive with their paths and modes', async () => {
    const context = zipContext([{ name: 'sub/a z.txt', content: 'the file', mode: 0o100640 }]);
    const command = 'stat -c %a "sub/a z.txt"; cat "sub/a z.txt"; ls -A "$HOME"';
    const answer = await server.end(await server.submit(command, { body: { context } }));
    assert.equal(answer.json.properties.logs, '640\nthe file');
  });

  test('strict mode shows a non-zero exit as Failed and keeps the exit code', async () => {
    const answer = await server.end(await server.submit('exit 3', { body: { longarm: { strict: true } } }));
    const { provisioningState, exitCode, reason, longarm } = answer.json.properties;
    assert.deepEqual([provisioningState, exitCode, longarm.phase], ['Failed', 3, 'completed']);
    assert.match(reason, /exit code 3/);
    assert.equal(typeof answer.json.error.message, 'string');
  });

  test('a command beyond its time limit is failed with TimedOut and keeps its output', async () => {
    const options = { longarm: { timeoutSeconds: 1, graceSeconds: 1 } };
    const answer = await server.end(await server.submit('echo before; sleep 60', { body: options }));
    assert.equal(answer.json.properties.provisioningState, 'Failed');
    assert.match(answer.json.properties.reason, /^TimedOut: /);
    assert.equal(answer.json.properties.logs, 'before\n');
  });

  test('the platform’s word is live in the 202 and first in the final reason', async () => {
    const path = await server.submit(
      'pending ImagePullBackOff "no such image" for 600ms\nrefuse ImagePullBackOff "no such image"',
      { cluster: 'scripted' },
    );
    const answer = await server.end(path);
    assert.equal(answer.json.properties.provisioningState, 'Failed');
    assert.match(answer.json.properties.reason, /^ImagePullBackOff: no such image/);
  });

  const repeats: readonly [string, Record<string, string>][] = [
    ['an Idempotency-Key', { 'idempotency-key': 'one' }],
    ['a Repeatability-Request-ID', { 'repeatability-request-id': 'two' }],
    ['the same client request id', { 'x-ms-client-request-id': '11111111-2222-3333-4444-555555555555' }],
  ];
  for (const [what, headers] of repeats) {
    test(`a request that is sent twice with ${what} runs once`, async () => {
      const first = await post(`${cluster}/runCommand?${version}`, { command: 'echo once' }, headers);
      const second = await post(`${cluster}/runCommand?${version}`, { command: 'echo once' }, headers);
      assert.equal(first.status, 202);
      assert.equal(second.headers['location'], first.headers['location']);
    });
  }

  test('an Idempotency-Key that comes back with another body is 409', async () => {
    const headers = { 'idempotency-key': 'three' };
    await post(`${cluster}/runCommand?${version}`, { command: 'echo a' }, headers);
    const answer = await post(`${cluster}/runCommand?${version}`, { command: 'echo b' }, headers);
    assert.deepEqual([answer.status, answer.json.error.code], [409, 'IdempotencyKeyReused']);
  });

  test('two different commands under one client request id both run', async () => {
    const headers = { 'x-ms-client-request-id': '99999999-2222-3333-4444-555555555555' };
    const first = await post(`${cluster}/runCommand?${version}`, { command: 'echo a' }, headers);
    const second = await post(`${cluster}/runCommand?${version}`, { command: 'echo b' }, headers);
    assert.notEqual(second.headers['location'], first.headers['location']);
  });

  const broken: readonly [string, unknown, number, string, string | undefined][] = [
    ['without a command', {}, 400, 'InvalidRequestContent', 'command'],
    ['with an empty command', { command: '' }, 400, 'InvalidRequestContent', 'command'],
    ['with a number for a command', { command: 5 }, 400, 'InvalidRequestContent', 'command'],
    ['with a NUL in the command', { command: 'a\0b' }, 400, 'InvalidParameter', 'command'],
    ['with half a surrogate pair', { command: 'a\ud800' }, 400, 'InvalidParameter', 'command'],
    ['with a context that is no zip', { command: 'a', context: 'aGVsbG8=' }, 400, 'InvalidContext', 'context'],
    ['with a context that is no base64', { command: 'a', context: '%%%' }, 400, 'InvalidContext', 'context'],
    ['with a token that is none', { command: 'a', clusterToken: 'x' }, 400, 'InvalidClusterToken', 'clusterToken'],
    [
      'with too long a time limit',
      { command: 'a', longarm: { timeoutSeconds: 9_999_999 } },
      400,
      'InvalidParameter',
      'longarm.timeoutSeconds',
    ],
    [
      'with an unknown option of ours',
      { command: 'a', longarm: { colour: 'red' } },
      400,
      'InvalidRequestContent',
      'longarm',
    ],
    ['that is a list', [], 400, 'InvalidRequestContent', undefined],
  ];
  for (const [what, body, status, code, target] of broken) {
    test(`a request ${what} is ${status} ${code}`, async () => {
      const answer = await post(`${cluster}/runCommand?${version}`, body);
      assert.deepEqual([answer.status, answer.json.error.code, answer.json.error.target], [status, code, target]);
    });
  }

  test('a body that is not JSON is 400 and is not quoted back', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await server.call('POST', `${cluster}/runCommand?${version}`, {
      token: server.administrator,
      rawBody: '{"command": "sentinel-secret',
      headers,
    });
    assert.deepEqual([answer.status, answer.json.error.code], [400, 'InvalidRequestContent']);
    assert.ok(!answer.text.includes('sentinel'));
  });

  test('a body of another type is 415', async () => {
    const headers = { 'content-type': 'text/plain' };
    const answer = await server.call('POST', `${cluster}/runCommand?${version}`, {
      token: server.administrator,
      rawBody: 'true',
      headers,
    });
    assert.deepEqual([answer.status, answer.json.error.code], [415, 'UnsupportedMediaType']);
  });

  test('a body that says it is too large is 413 with both numbers before it is read', async () => {
    const size = 49 * 1024 * 1024;
    const headers = { 'content-type': 'application/json' };
    const rawBody = Buffer.alloc(size, 0x20);
    const answer = await server.call('POST', `${cluster}/runCommand?${version}`, {
      token: server.administrator,
      rawBody,
      headers,
    });
    assert.equal(answer.status, 413);
    assert.match(answer.json.error.message, new RegExp(`${size} bytes.*${48 * 1024 * 1024} bytes`));
  });

  const sub = () => server.subscription;
  const paths: readonly [string, () => string, number, string, string | undefined][] = [
    [
      'a subscription that is no UUID',
      () => '/subscriptions/x/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/local/runCommand',
      400,
      'InvalidSubscriptionId',
      'subscriptionId',
    ],
    [
      'a resource group of 91 characters',
      () =>
        `/subscriptions/${sub()}/resourceGroups/${'g'.repeat(91)}/providers/Microsoft.ContainerService/managedClusters/local/runCommand`,
      400,
      'InvalidParameter',
      'resourceGroupName',
    ],
    [
      'a cluster name that ends with a dash',
      () =>
        `/subscriptions/${sub()}/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/local-/runCommand`,
      400,
      'InvalidParameter',
      'resourceName',
    ],
    [
      'a cluster name of 64 characters',
      () =>
        `/subscriptions/${sub()}/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/${'c'.repeat(64)}/runCommand`,
      400,
      'InvalidParameter',
      'resourceName',
    ],
    [
      'a cluster that is not there',
      () =>
        `/subscriptions/${sub()}/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/absent/runCommand`,
      404,
      'ResourceNotFound',
      undefined,
    ],
  ];
  for (const [what, path, status, code, target] of paths) {
    test(`${what} is ${status} ${code}`, async () => {
      const answer = await post(`${path()}?${version}`, { command: 'true' });
      assert.deepEqual([answer.status, answer.json.error.code, answer.json.error.target], [status, code, target]);
    });
  }

  const versions: readonly [string, number][] = [
    ['', 400],
    ['?api-version=', 400],
    ['?api-version=2020-01-01', 400],
    ['?api-version=latest', 400],
    ['?api-version=2021-03-01', 202],
    ['?api-version=2099-12-31-preview', 202],
    ['?API-VERSION=2025-05-01', 202],
  ];
  for (const [query, status] of versions) {
    test(`the query '${query}' is answered ${status}`, async () => {
      const answer = await post(`${cluster}/runCommand${query}`, { command: 'true' });
      assert.equal(answer.status, status, answer.text);
    });
  }

  test('paths count in any case, with doubled slashes', async () => {
    const path = `//SUBSCRIPTIONS/${server.subscription.toUpperCase()}/resourcegroups/RG1/providers/microsoft.containerservice/MANAGEDCLUSTERS/LOCAL/runcommand?${version}`;
    assert.equal((await post(path, { command: 'true' })).status, 202);
  });

  const unknown: readonly [string, string][] = [
    ['that is nobody’s', '0123456789abcdef0123456789abcdef'],
    ['with dashes', '01234567-89ab-cdef-0123-456789abcdef'],
    ['that is too short', 'abc'],
  ];
  for (const [what, id] of unknown) {
    test(`a command id ${what} is 404 NotFound`, async () => {
      const answer = await server.call('GET', `${cluster}/commandResults/${id}?${version}`, {
        token: server.administrator,
      });
      assert.deepEqual([answer.status, answer.json.error.code], [404, 'NotFound']);
    });
  }

  test('a command of one cluster is not found under another', async () => {
    const path = await server.submit('true');
    await server.end(path);
    const answer = await server.call('GET', `${path.replace('/local/', '/scripted/')}?${version}`, {
      token: server.administrator,
    });
    assert.deepEqual([answer.status, answer.json.error.code], [404, 'NotFound']);
  });

  test('every answer carries ARM’s headers, and the client’s request id where it asks for it', async () => {
    const headers = { 'x-ms-client-request-id': 'mine', 'x-ms-return-client-request-id': 'true' };
    const answer = await server.call('GET', `${cluster}?${version}`, { token: server.administrator, headers });
    assert.equal(answer.headers['x-ms-client-request-id'], 'mine');
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.match(answer.headers['x-ms-request-id'] ?? '', /^[0-9a-f-]{36}$/);
    assert.match(answer.headers['x-ms-routing-request-id'] ?? '', /^LOCAL:\d{8}T\d{6}Z:[0-9a-f-]{36}$/);
  });
});
