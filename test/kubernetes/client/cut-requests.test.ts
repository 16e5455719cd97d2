import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Unreachable } from '../../../src/executors/kubernetes/client/kubernetes-error.ts';
import { turnedClock } from '../../control-plane/turned-clock.ts';
import { clientOf, patient } from '../fake-api/client-of.ts';
import { type FakeApi, startFakeApi } from '../fake-api/fake-api.ts';

const post = { method: 'POST', path: '/api/v1/namespaces/default/pods', body: {} } as const;
let api: FakeApi;
beforeEach(async () => (api = await startFakeApi()));
afterEach(() => api.close());

describe('a request whose outcome nobody knows', () => {
  test('is Unreachable when the connection is reset before the answer', async () => {
    api.answer((_seen, response) => response.socket?.destroy());
    await rejectsOnce(/the connection was cut/);
  });

  test('is Unreachable when the connection is reset in the middle of the answer', async () => {
    api.answer((_seen, response) => {
      response.writeHead(201, { 'content-length': '1000' });
      response.write('{"kind":', () => response.socket?.destroy());
    });
    await rejectsOnce(/could not be asked/);
  });

  test('is Unreachable when the body ends before its length', async () => {
    api.answer((_seen, response) => {
      response.writeHead(201, { 'content-length': '1000' });
      response.write('{"kind":"Pod"}', () => response.socket?.end());
    });
    await rejectsOnce(/could not be asked/);
  });

  test('is Unreachable after its deadline when nothing is answered at all', async () => {
    const asked = Promise.withResolvers<void>();
    api.answer(() => asked.resolve());
    await rejectsLate(asked.promise);
  });

  test('is Unreachable after its deadline when the body comes drop by drop', async () => {
    const asked = Promise.withResolvers<void>();
    api.answer((_seen, response) => {
      response.writeHead(200);
      response.write('{', () => asked.resolve());
    });
    await rejectsLate(asked.promise);
  });

  test('is Unreachable after its deadline when nothing speaks TLS', async () => {
    const mute = createServer((socket) => socket.on('error', () => socket.destroy()));
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const address = mute.address();
    assert.ok(typeof address === 'object' && address !== null);
    const clock = turnedClock();
    const client = clientOf({ ...api.access, server: new URL(`https://127.0.0.1:${address.port}`) }, clock);
    const connected = once(mute, 'connection');
    const answer = client.request(post, patient);
    await Promise.all([connected, clock.sleeperWithin(30_000)]);
    clock.advance(30_000);
    await assert.rejects(answer, Unreachable);
    mute.close();
    await once(mute, 'close');
  });

  async function rejectsOnce(words: RegExp): Promise<void> {
    const client = clientOf(api.access);
    await assert.rejects(client.request(post, patient), (error) => {
      assert.ok(error instanceof Unreachable);
      assert.match(error.message, words);
      assert.ok(error.message.includes(api.access.server.origin), error.message);
      return true;
    });
    assert.equal(api.seen.length, 1);
    client.close();
    await api.deserted();
  }

  async function rejectsLate(asked: Promise<void>): Promise<void> {
    const clock = turnedClock();
    const client = clientOf(api.access, clock);
    const answer = client.request({ ...post, deadlineMs: 40_000 }, patient);
    await Promise.all([asked, clock.sleeperWithin(40_000)]);
    clock.advance(40_000);
    await assert.rejects(answer, (error) => {
      assert.ok(error instanceof Unreachable);
      assert.match(error.message, /did not answer POST .* within 40 s/);
      return true;
    });
    // Nothing is kept that was given up in the middle.
    await api.deserted();
  }
});

describe('a request that is aborted', () => {
  test('ends with the reason of its signal and leaves no connection, before anything is sent', async () => {
    const client = clientOf(api.access);
    await assert.rejects(client.request(post, AbortSignal.abort(new Error('no more'))), /^Error: no more$/);
    assert.equal(api.connections(), 0);
  });

  for (const moment of ['before the answer', 'in the middle of the answer']) {
    test(`ends with the reason of its signal and leaves no connection, ${moment}`, async () => {
      const aborter = new AbortController();
      api.answer((_seen, response) => {
        const abort = (): void => aborter.abort(new Error('no more'));
        if (moment === 'before the answer') return abort();
        response.writeHead(200);
        response.write('{', abort);
      });
      const client = clientOf(api.access);
      await assert.rejects(client.request(post, aborter.signal), /^Error: no more$/);
      await api.deserted();
    });
  }
});
