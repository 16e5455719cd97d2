import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { KubernetesError, Unreachable } from '../../../src/executors/kubernetes/client/kubernetes-error.ts';
import { turnedClock } from '../../control-plane/turned-clock.ts';
import { fail, failure, json } from '../fake-api/answers.ts';
import { type FakeApi, startFakeApi } from '../fake-api/fake-api.ts';
import type { Told } from '../fake-api/watch-teller.ts';
import {
  listOf,
  lists,
  pod,
  send,
  startWatching,
  type WatchAnswers,
  watches,
  type Watching,
  type WatchingOptions,
} from '../fake-api/watching.ts';

let watching: Watching;
let told: Told;
let api: FakeApi;
beforeEach(async () => (api = await startFakeApi()));
afterEach(async () => {
  watching.stop();
  await watching.ended;
  await api.close();
});

function watch(answers: WatchAnswers, options: WatchingOptions = {}): void {
  watching = startWatching(api, answers, options);
  told = watching.told;
}

describe('a watch that cannot go on', () => {
  for (const way of ['as an event', 'as an answer']) {
    test(`lists again when the version is gone, told ${way}, and that is no failure`, async () => {
      watch({
        list: (_seen, response) => json(response, listOf(String(lists(api).length), pod('a', '1'))),
        watch: ({ url }, response) => {
          if (url.searchParams.get('resourceVersion') === '2') return send(response, ['ADDED', pod('b', '3')]);
          if (way === 'as an answer') return fail(response, 410, 'Expired');
          send(response, ['ERROR', failure(410, 'Expired', 'too old resource version')]);
        },
      });
      assert.deepEqual(await told.next(3), ['listed a', 'listed a', 'changed b']);
    });
  }

  test('lists again when the connection is reset, and says so', async () => {
    watch({
      list: (_seen, response) =>
        json(response, listOf(String(lists(api).length), pod(`list-${lists(api).length}`, '1'))),
      watch: (_seen, response) => {
        if (watches(api).length > 1) return send(response, ['ADDED', pod('b', '3')]);
        send(response, ['ADDED', pod('a', '2')]);
        response.write('{"type":"ADD', () => response.socket?.destroy());
      },
    });
    assert.deepEqual(await told.next(5), ['listed list-1', 'changed a', 'failed', 'listed list-2', 'changed b']);
    assert.ok(told.failures[0] instanceof Unreachable);
  });

  test('lists again when a watch is silent for longer than the server was asked to keep it', async () => {
    const clock = turnedClock();
    const watched = Promise.withResolvers<void>();
    watch(
      {
        list: (_seen, response) => json(response, listOf('1', pod(`list-${lists(api).length}`, '1'))),
        watch: (_seen, response) => {
          response.writeHead(200);
          response.write('\n', () => watched.resolve());
        },
      },
      { clock, relistMs: 3_600_000 },
    );
    assert.deepEqual(await told.next(1), ['listed list-1']);
    await watched.promise;
    const limitMs = Number(watches(api)[0]?.url.searchParams.get('timeoutSeconds')) * 1000 + 15_000;
    clock.advance(limitMs - 1);
    assert.deepEqual(told.failures, []);
    clock.advance(1);
    assert.deepEqual(await told.next(1), ['failed']);
    assert.match(String(told.failures[0]), /fell silent/);
    await clock.sleeperWithin(10_000);
    clock.advance(10_000);
    assert.deepEqual(await told.next(1), ['listed list-2']);
  });

  test('lists again after the time that was asked for, however well it goes', async () => {
    const clock = turnedClock();
    const watched = Promise.withResolvers<void>();
    watch(
      {
        list: (_seen, response) => json(response, listOf('1', pod(`list-${lists(api).length}`, '1'))),
        watch: (_seen, response) => {
          response.writeHead(200);
          response.write('\n', () => watched.resolve());
        },
      },
      { clock, relistMs: 20_000 },
    );
    await told.next(1);
    await watched.promise;
    clock.advance(20_000);
    assert.deepEqual(await told.next(1), ['listed list-2']);
    assert.deepEqual(told.failures, []);
  });

  test('goes on trying, ever more slowly, while lists fail, and tells of each failure', async () => {
    const clock = turnedClock();
    let isUp = false;
    watch(
      {
        list: (_seen, response) => (isUp ? json(response, listOf('1')) : fail(response, 403, 'Forbidden')),
        watch: () => undefined,
      },
      { clock },
    );
    for (const waitMs of [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
      assert.deepEqual(await told.next(1), ['failed']);
      await clock.sleeperWithin(waitMs);
      isUp = waitMs === 10_000;
      clock.advance(waitMs);
      if (isUp) break;
    }
    assert.deepEqual(await told.next(1), ['listed ']);
    assert.ok(told.failures.every((error) => error instanceof KubernetesError && error.reason === 'Forbidden'));
  });

  test('does not ask again at once a server that ends each watch at once', async () => {
    const clock = turnedClock();
    watch(
      {
        list: (_seen, response) => json(response, listOf('1')),
        watch: (_seen, response) => response.writeHead(200).end(),
      },
      { clock },
    );
    await told.next(1);
    await clock.sleeperWithin(250);
    assert.equal(watches(api).length, 1);
  });

  test('tells of an event that is none, and lists again', async () => {
    watch({
      list: (_seen, response) => json(response, listOf('1', pod(`list-${lists(api).length}`, '1'))),
      watch: (_seen, response) => {
        if (watches(api).length === 1) response.write('<html>\n');
      },
    });
    assert.deepEqual(await told.next(3), ['listed list-1', 'failed', 'listed list-2']);
    assert.match(String(told.failures[0]), /a line that is no event: <html>/);
  });
});

describe('a watch that is aborted', () => {
  for (const moment of ['before it lists', 'while it lists', 'while it watches', 'between two attempts']) {
    test(`resolves and leaves no connection, ${moment}`, async () => {
      const aborter = new AbortController();
      const abort = (): void => aborter.abort();
      if (moment === 'before it lists') abort();
      const answers: WatchAnswers = {
        list: (_seen, response) => {
          if (moment === 'while it lists') return abort();
          if (moment === 'between two attempts') return fail(response, 500, 'InternalError');
          json(response, listOf('1'));
        },
        watch: (_seen, response) => {
          response.writeHead(200);
          response.write('\n', abort);
        },
      };
      watch(answers, { signal: aborter.signal });
      if (moment === 'between two attempts') {
        assert.deepEqual(await told.next(1), ['failed']);
        abort();
      }
      await watching.ended;
      await api.deserted();
    });
  }
});
