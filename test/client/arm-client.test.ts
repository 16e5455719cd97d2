import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { createArmClient, type ArmClientOptions } from '../../src/client/arm-client.ts';
import { ArmError } from '../../src/client/arm-error.ts';
import { cluster, commandId, FakeArm, fastClock, sendJson } from './fake-arm.ts';
import { addFakeCommand } from './fake-command.ts';

async function setUp(t: TestContext, options: Partial<ArmClientOptions> = {}) {
  const fake = await FakeArm.start(t);
  const clock = fastClock();
  const client = createArmClient({
    endpoint: fake.endpoint,
    credential: { type: 'token', token: 't0' },
    clock,
    ...options,
  });
  t.after(() => client.close());
  return { fake, clock, client };
}

async function errorOf(work: Promise<unknown>): Promise<ArmError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof ArmError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'It did not fail.' });
}

describe('submit()', () => {
  test('a submission whose answer is lost is sent again under the same key and request id', async (t) => {
    const { fake, client } = await setUp(t);
    addFakeCommand(fake);
    let cuts = 1;
    const location = `${fake.endpoint}/x/commandResults/${commandId}?api-version=2025-05-01`;
    fake.on('POST', /\/runCommand$/, (_seen, response) => {
      if (cuts > 0) {
        cuts -= 1;
        response.destroy();
        return;
      }
      sendJson(response, 202, undefined, { location });
    });
    const command = await client.submit(cluster, { command: 'true' }, { keepsIdempotencyKeys: true });
    assert.equal(command.id, commandId);
    const posts = fake.requests(/runCommand$/);
    assert.equal(posts.length, 2);
    for (const header of ['idempotency-key', 'x-ms-client-request-id']) {
      assert.match(String(posts[0]?.headers[header]), /^[0-9a-f-]{36}$/);
      assert.equal(posts[0]?.headers[header], posts[1]?.headers[header]);
    }
  });

  test('at an endpoint without idempotency keys a lost answer is reported and nothing is sent again', async (t) => {
    const { fake, client } = await setUp(t);
    fake.on('POST', /\/runCommand$/, (_seen, response) => {
      response.destroy();
    });
    const error = await errorOf(client.submit(cluster, { command: 'true' }, { keepsIdempotencyKeys: false }));
    assert.equal(error.code, 'SubmissionUnknown');
    assert.match(error.message, /may have been accepted/);
    assert.equal(fake.requests(/runCommand$/).length, 1);
  });

  test('503 is not repeated at such an endpoint, 429 is, after as long as it asks for', async (t) => {
    const { fake, client, clock } = await setUp(t);
    const answers = [429, 503];
    fake.on('POST', /\/runCommand$/, (_seen, response) => {
      sendJson(response, answers.shift() ?? 500, { error: { code: 'Busy', message: 'Busy.' } }, { 'retry-after': '7' });
    });
    const error = await errorOf(client.submit(cluster, { command: 'true' }, { keepsIdempotencyKeys: false }));
    assert.equal(error.code, 'SubmissionUnknown');
    assert.deepEqual(clock.sleptMs, [7000]);
  });

  test('a refusal is an error with the server’s code, message and target, and is not repeated', async (t) => {
    const { fake, client } = await setUp(t);
    fake.on('POST', /\/runCommand$/, (_seen, response) => {
      sendJson(response, 400, { error: { code: 'InvalidContext', message: 'No zip.', target: 'context' } });
    });
    const error = await errorOf(client.submit(cluster, { command: 'true' }, { keepsIdempotencyKeys: true }));
    assert.deepEqual(
      [error.status, error.code, error.message, error.target],
      [400, 'InvalidContext', 'No zip.', 'context'],
    );
    assert.equal(fake.seen.length, 1);
  });

  test('an answer that does not say where the result will be is an error', async (t) => {
    const { fake, client } = await setUp(t);
    fake.on('POST', /\/runCommand$/, (_seen, response) => sendJson(response, 202, undefined));
    const error = await errorOf(client.submit(cluster, { command: 'true' }, { keepsIdempotencyKeys: true }));
    assert.equal(error.code, 'SubmissionUnknown');
  });

  test('the token goes to the endpoint alone, though Location names another host', async (t) => {
    const { fake, client } = await setUp(t);
    addFakeCommand(fake);
    fake.on('POST', /\/runCommand$/, (_seen, response) => {
      const location = `https://evil.example/s/commandResults/${commandId}?api-version=2025-05-01&hold=1`;
      sendJson(response, 202, undefined, { location });
    });
    const command = await client.submit(cluster, { command: 'true' }, { keepsIdempotencyKeys: true });
    assert.equal(
      command.location?.href,
      `${fake.endpoint}/s/commandResults/${commandId}?api-version=2025-05-01&hold=1`,
    );
  });
});

describe('waitForEnd()', () => {
  test('it asks for held answers at the Location as given, and keeps to Retry-After where none is held', async (t) => {
    const { fake, client, clock } = await setUp(t);
    const command = addFakeCommand(fake, { phase: 'running' });
    let polls = 0;
    fake.on('GET', /\/held$/, (_seen, response) => {
      polls += 1;
      const body = {
        id: commandId,
        properties: { provisioningState: polls < 3 ? 'Running' : 'Succeeded', exitCode: 4 },
      };
      sendJson(response, polls < 3 ? 202 : 200, body, { 'retry-after': '2' });
    });
    const ref = { cluster, id: commandId, location: new URL(`${fake.endpoint}/held`) };
    const result = await client.waitForEnd(ref);
    assert.equal(result.properties.exitCode, 4);
    assert.equal(command.submissions, 0);
    assert.equal(fake.seen[0]?.headers['prefer'], 'wait=20');
    assert.deepEqual(clock.sleptMs, [2000, 2000]);
  });

  test('an answer that breaks off in the middle of its JSON is asked for again', async (t) => {
    const { fake, client } = await setUp(t);
    addFakeCommand(fake, { phase: 'completed', exitCode: 3 });
    let cuts = 1;
    fake.on('GET', /\/commandResults\/\w+$/, (_seen, response) => {
      if (cuts === 0) {
        sendJson(response, 200, { id: commandId, properties: { provisioningState: 'Succeeded', exitCode: 3 } });
        return;
      }
      cuts -= 1;
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"id":');
      setImmediate(() => response.destroy());
    });
    const result = await client.waitForEnd({ cluster, id: commandId });
    assert.equal(result.properties.exitCode, 3);
  });

  test('200 with a state that is no end is not taken for one', async (t) => {
    const { fake, client } = await setUp(t);
    const states = ['Running', 'Succeeded'];
    fake.on('GET', /commandResults/, (_seen, response) => {
      sendJson(response, 200, { id: commandId, properties: { provisioningState: states.shift(), exitCode: 0 } });
    });
    const result = await client.waitForEnd({ cluster, id: commandId });
    assert.equal(result.properties.provisioningState, 'Succeeded');
    assert.equal(fake.seen.length, 2);
  });
});

describe('the client credential', () => {
  const credential = { type: 'client', tenantId: 'tenant', clientId: 'c', clientSecret: 's&=' } as const;

  test('one token serves many requests, and a refused one is replaced once', async (t) => {
    const fake = await FakeArm.start(t);
    const client = createArmClient({ endpoint: fake.endpoint, credential, clock: fastClock() });
    t.after(() => client.close());
    let issued = 0;
    fake.on('POST', /\/tenant\/oauth2\/v2\.0\/token$/, (_seen, response) => {
      issued += 1;
      sendJson(response, 200, { token_type: 'Bearer', expires_in: 3600, access_token: `t${issued}` });
    });
    addFakeCommand(fake);
    const ref = { cluster, id: commandId };
    await Promise.all([client.result(ref), client.result(ref)]);
    assert.equal(issued, 1);
    const form = new URLSearchParams(fake.seen[0]?.body);
    assert.deepEqual(Object.fromEntries(form), {
      grant_type: 'client_credentials',
      client_id: 'c',
      client_secret: 's&=',
      scope: 'https://management.azure.com/.default',
    });
    fake.on('GET', /commandResults/, ({ headers }, response) => {
      if (headers.authorization === 'Bearer t1') {
        sendJson(response, 401, { error: { code: 'ExpiredAuthenticationToken', message: 'Expired.' } });
        return;
      }
      sendJson(response, 401, { error: { code: 'StillNo', message: 'Still no.' } });
    });
    const error = await errorOf(client.result(ref));
    assert.deepEqual([error.code, issued], ['StillNo', 2]);
  });

  test('a wrong secret is reported in the token endpoint’s words', async (t) => {
    const fake = await FakeArm.start(t);
    const client = createArmClient({ endpoint: fake.endpoint, credential, clock: fastClock() });
    t.after(() => client.close());
    fake.on('POST', /token$/, (_seen, response) => {
      sendJson(response, 401, { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret.' });
    });
    const error = await errorOf(client.token());
    assert.deepEqual(
      [error.status, error.code, error.message],
      [401, 'invalid_client', 'AADSTS7000215: Invalid client secret.'],
    );
  });
});

describe('errors of the network', () => {
  test('nothing listening is said with host and port, after trying for a while', async (t) => {
    const { fake, client, clock } = await setUp(t);
    const { host } = new URL(fake.endpoint);
    await fake.stop();
    const error = await errorOf(client.clusters.get(cluster));
    assert.equal(error.code, 'ConnectionFailed');
    assert.ok(error.message.includes(host), error.message);
    assert.ok(clock.sleptMs.length > 2);
    assert.equal(error.mayHaveActed, false);
  });

  test('a token is never sent over plain HTTP to another machine', async (t) => {
    const client = createArmClient({ endpoint: 'http://longarm.example', credential: { type: 'token', token: 't' } });
    t.after(() => client.close());
    const error = await errorOf(client.clusters.get(cluster));
    assert.equal(error.code, 'PlainHttpRefused');
  });

  test('a proxy’s HTML page is reported by its status', async (t) => {
    const { fake, client } = await setUp(t);
    fake.on('GET', /./, (_seen, response) => {
      response.writeHead(403, { 'content-type': 'text/html' });
      response.end('<html>no</html>');
    });
    const error = await errorOf(client.clusters.get(cluster));
    assert.deepEqual([error.status, error.code], [403, 'Http403']);
  });
});

describe('lists', () => {
  test('all pages are read, and each link is followed at the endpoint', async (t) => {
    const { fake, client } = await setUp(t);
    fake.on('GET', /\/commandResults$/, ({ url }, response) => {
      const second = url.searchParams.has('$skipToken');
      sendJson(response, 200, {
        value: [{ id: second ? 'b' : 'a', properties: { provisioningState: 'Succeeded' } }],
        ...(second ? {} : { nextLink: `https://other.example${url.pathname}?api-version=2025-05-01&$skipToken=x` }),
      });
    });
    const ids: string[] = [];
    for await (const item of client.list(cluster, { phase: 'completed' })) ids.push(item.id);
    assert.deepEqual(ids, ['a', 'b']);
    assert.equal(fake.seen[0]?.url.searchParams.get('phase'), 'completed');
  });

  test('a deletion that worked but whose answer was lost is not an error', async (t) => {
    const { fake, client } = await setUp(t);
    let first = true;
    fake.on('DELETE', /./, (_seen, response) => {
      if (first) {
        first = false;
        response.destroy();
        return;
      }
      sendJson(response, 404, { error: { code: 'NotFound', message: 'Gone.' } });
    });
    await client.deleteResult({ cluster, id: commandId });
    const error = await errorOf(client.deleteResult({ cluster, id: commandId }));
    assert.equal(error.code, 'NotFound');
  });
});
