import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  isAlreadyExists,
  isNotFound,
  KubernetesError,
  Unreachable,
} from '../../../src/executors/kubernetes/client/kubernetes-error.ts';
import type { KubernetesRequest } from '../../../src/executors/kubernetes/client/kubernetes-client.ts';
import { turnedClock } from '../../control-plane/turned-clock.ts';
import { fail, failure, json } from '../fake-api/answers.ts';
import { clientOf, patient } from '../fake-api/client-of.ts';
import { type FakeApi, startFakeApi } from '../fake-api/fake-api.ts';

const get: KubernetesRequest = { method: 'GET', path: '/api/v1/namespaces/default/pods/one' };
const post: KubernetesRequest = { method: 'POST', path: '/api/v1/namespaces/default/pods', body: { kind: 'Pod' } };
let api: FakeApi;
beforeEach(async () => (api = await startFakeApi()));
afterEach(() => api.close());

/** What one request of a new client ends with; the client leaves no connection behind. */
async function endOf(request: KubernetesRequest, signal: AbortSignal = patient): Promise<unknown> {
  const client = clientOf(api.access);
  try {
    return await client.request(request, signal).catch((error: unknown) => error);
  } finally {
    client.close();
    await api.deserted();
  }
}

describe('a request', () => {
  test('carries the token, the user agent, its query and its body, and gives the parsed answer', async () => {
    api.answer((_seen, response) => json(response, { kind: 'Pod', metadata: { name: 'one' } }, 201));
    const query = { fieldManager: 'longarm', dryRun: 'All' };
    const answer = await endOf({ ...post, query, contentType: 'application/apply-patch+yaml' });
    assert.deepEqual(answer, { kind: 'Pod', metadata: { name: 'one' } });
    const [seen] = api.seen;
    assert.equal(seen?.token, 'first');
    assert.equal(seen.userAgent, 'longarm/test');
    assert.deepEqual(Object.fromEntries(seen.url.searchParams), query);
    assert.equal(seen.body, '{"kind":"Pod"}');
  });

  test('goes below the path of the server', async () => {
    api.answer((_seen, response) => json(response, {}));
    const client = clientOf({ ...api.access, server: new URL('/k8s/clusters/c-1/', api.access.server) });
    await client.request(get, patient);
    client.close();
    assert.equal(api.seen[0]?.url.pathname, `/k8s/clusters/c-1${get.path}`);
  });

  test('uses one connection after the other, and none is left after close', async () => {
    api.answer((_seen, response) => json(response, {}));
    const client = clientOf(api.access);
    for (let turn = 0; turn < 5; turn += 1) await client.request(get, patient);
    assert.equal(api.connections(), 1);
    assert.equal(client.requests, 5);
    client.close();
    await api.deserted();
  });

  test('is sent again when it is a GET and its kept connection was closed, and not when it is a POST', async () => {
    api.answer((_seen, response) => json(response, {}));
    const client = clientOf(api.access);
    await client.request(get, patient);
    let cuts = 0;
    api.answer((_seen, response) => {
      cuts += 1;
      if (cuts === 1 || cuts === 3) return void response.socket?.destroy();
      json(response, { cuts });
    });
    assert.deepEqual(await client.request(get, patient), { cuts: 2 });
    await assert.rejects(client.request(post, patient), Unreachable);
    assert.equal(cuts, 3);
    client.close();
  });

  test('is never redirected', async () => {
    api.answer((_seen, response) => response.writeHead(307, { location: 'https://elsewhere.test/' }).end());
    const error = await endOf(get);
    assert.ok(error instanceof KubernetesError);
    assert.equal(error.code, 307);
    assert.match(error.message, /redirects to https:\/\/elsewhere\.test\/, which is not followed/);
    assert.equal(api.seen.length, 1);
  });
});

describe('what the API server answers instead', () => {
  test('is an error with its code, reason, message and details', async () => {
    const details = { name: 'one', kind: 'pods' };
    const message = 'pods "one" not found';
    api.answer((_seen, response) => json(response, { ...failure(404, 'NotFound', message), details }, 404));
    const error = await endOf(get);
    assert.ok(isNotFound(error));
    assert.ok(error instanceof KubernetesError);
    assert.deepEqual([error.code, error.reason, error.message], [404, 'NotFound', message]);
    assert.deepEqual(error.details, details);
  });

  test('tells a name that is taken from a conflict', async () => {
    api.answer((_seen, response) => fail(response, 409, 'AlreadyExists'));
    assert.ok(isAlreadyExists(await endOf(post)));
    api.answer((_seen, response) => fail(response, 409, 'Conflict'));
    assert.ok(!isAlreadyExists(await endOf(post)));
  });

  for (const code of [200, 201]) {
    test(`is an error when a ${code} carries a Status that says Failure`, async () => {
      api.answer((_seen, response) => json(response, failure(500, 'InternalError', 'etcd is away'), code));
      const error = await endOf(post);
      assert.ok(error instanceof KubernetesError);
      assert.deepEqual([error.code, error.reason, error.message], [500, 'InternalError', 'etcd is away']);
    });
  }

  test('is not taken for a missing pod when something on the way says 404', async () => {
    api.answer((_seen, response) => response.writeHead(404).end('<h1>No such\u001b[31m host</h1>'));
    const error = await endOf(get);
    assert.ok(error instanceof KubernetesError);
    assert.ok(!isNotFound(error));
    assert.match(error.message, /answered 404: <h1>No such \[31m host<\/h1>$/);
  });

  test('is Unreachable when it is a page and not JSON', async () => {
    api.answer((_seen, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<form>Sign in'));
    const error = await endOf(get);
    assert.ok(error instanceof Unreachable);
    assert.match(error.message, /a body that is not JSON \(text\/html\)/);
  });
});

describe('a server in trouble', () => {
  for (const request of [get, post]) {
    test(`is asked again after 429, with ${request.method}, when it asks for it`, async () => {
      const clock = turnedClock();
      api.answer((_seen, response) => {
        if (api.seen.length > 1) return json(response, { done: true });
        fail(response, 429, 'TooManyRequests', { headers: { 'retry-after': '7' } });
      });
      const client = clientOf(api.access, clock);
      const answer = client.request(request, patient);
      await clock.sleeperWithin(7000);
      assert.equal(api.seen.length, 1);
      clock.advance(6999);
      assert.equal(api.seen.length, 1);
      clock.advance(1);
      assert.deepEqual(await answer, { done: true });
      client.close();
    });
  }

  test('is asked again after 503 with GET, and never with POST', async () => {
    api.answer((seen, response) => {
      if (seen.method === 'GET' && api.seen.length > 1) return json(response, { done: true });
      fail(response, 503, 'ServiceUnavailable');
    });
    assert.deepEqual(await endOf(get), { done: true });
    const before = api.seen.length;
    const error = await endOf(post);
    assert.ok(error instanceof KubernetesError);
    assert.equal(error.code, 503);
    assert.equal(api.seen.length, before + 1);
  });

  test('is given up after five answers of 429', async () => {
    api.answer((_seen, response) => fail(response, 429, 'TooManyRequests', { headers: { 'retry-after': '0' } }));
    const error = await endOf(post);
    assert.ok(error instanceof KubernetesError);
    assert.equal(error.code, 429);
    assert.equal(api.seen.length, 5);
  });

  test('is not asked again after 500', async () => {
    api.answer((_seen, response) => fail(response, 500, 'InternalError'));
    const error = await endOf(get);
    assert.ok(error instanceof KubernetesError);
    assert.equal(api.seen.length, 1);
  });
});

test('a client that is given another token sends it from the next request on', async () => {
  api.answer(({ token }, response) =>
    token === 'second' ? json(response, { done: true }) : fail(response, 401, 'Unauthorized'),
  );
  const client = clientOf(api.access);
  const request = { method: 'GET', path: '/version' } as const;
  await assert.rejects(client.request(request, patient), KubernetesError);
  client.use({ ...api.access, bearer: { type: 'token', token: 'second' } });
  assert.deepEqual(await client.request(request, patient), { done: true });
  client.close();
});
