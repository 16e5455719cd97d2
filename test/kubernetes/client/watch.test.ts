import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fail, json } from '../fake-api/answers.ts';
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

function watch(answers: WatchAnswers): void {
  watching = startWatching(api, answers);
  told = watching.told;
}

describe('a watch', () => {
  test('tells of all objects, and then of each change, from where the list was', async () => {
    watch({
      list: (_seen, response) => json(response, listOf('10', pod('a', '3'), pod('b', '9'))),
      watch: (_seen, response) =>
        send(response, ['ADDED', pod('c', '11')], ['MODIFIED', pod('a', '12')], ['DELETED', pod('b', '13')]),
    });
    assert.deepEqual(await told.next(4), ['listed a b', 'changed c', 'changed a', 'deleted b']);
    const query = Object.fromEntries(watches(api)[0]?.url.searchParams ?? []);
    const { timeoutSeconds, ...rest } = query;
    assert.deepEqual(rest, {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '10',
      labelSelector: 'app=longarm',
      fieldSelector: 'spec.nodeName=a',
    });
    assert.ok(Number(timeoutSeconds) > 60 && Number(timeoutSeconds) <= 120);
  });

  test('lists page by page, and tells of all pages as one', async () => {
    watch({
      list: ({ url }, response) => {
        const next = url.searchParams.get('continue');
        assert.equal(url.searchParams.get('limit'), '500');
        assert.equal(url.searchParams.get('labelSelector'), 'app=longarm');
        if (next === 'more') return json(response, listOf('10', pod('b', '2')));
        json(response, { metadata: { resourceVersion: '10', continue: 'more' }, items: [pod('a', '1')] });
      },
      watch: () => undefined,
    });
    assert.deepEqual(await told.next(1), ['listed a b']);
  });

  test('begins the list anew when its pages expired half-way', async () => {
    let beginnings = 0;
    watch({
      list: ({ url }, response) => {
        if (url.searchParams.has('continue')) return fail(response, 410, 'Expired');
        beginnings += 1;
        if (beginnings === 2) return json(response, listOf('10', pod('a', '1'), pod('b', '2')));
        json(response, { metadata: { resourceVersion: '9', continue: 'more' }, items: [pod('a', '1')] });
      },
      watch: () => undefined,
    });
    assert.deepEqual(await told.next(1), ['listed a b']);
  });

  test('reads events that come in pieces, and several in one', async () => {
    const text = [pod('ä', '11'), pod('b', '12')].map((object) => JSON.stringify({ type: 'ADDED', object })).join('\n');
    const bytes = Buffer.from(`${text}\n`);
    watch({
      list: (_seen, response) => json(response, listOf('10')),
      watch: async (_seen, response) => {
        // Each byte on its own, so that ä is cut in two.
        for (const byte of bytes) await new Promise((resolve) => response.write(Buffer.of(byte), resolve));
      },
    });
    assert.deepEqual(await told.next(3), ['listed ', 'changed ä', 'changed b']);
  });

  test('goes on after its end where the last event was, also where versions go down, without a new list', async () => {
    watch({
      list: (_seen, response) => json(response, listOf('900')),
      watch: ({ url }, response) => {
        const from = url.searchParams.get('resourceVersion');
        if (from === '900') {
          send(response, ['ADDED', pod('a', '901')], ['ADDED', pod('b', '17')]);
          response.end();
        } else send(response, ['ADDED', pod(`from-${from}`, '18')]);
      },
    });
    assert.deepEqual(await told.next(4), ['listed ', 'changed a', 'changed b', 'changed from-17']);
    assert.equal(lists(api).length, 1);
  });

  test('goes on after its end where the last bookmark was', async () => {
    watch({
      list: (_seen, response) => json(response, listOf('10')),
      watch: ({ url }, response) => {
        const from = url.searchParams.get('resourceVersion');
        if (from === '10') {
          send(response, ['BOOKMARK', { metadata: { resourceVersion: '500' } }]);
          response.end();
        } else send(response, ['ADDED', pod(`from-${from}`, '501')]);
      },
    });
    assert.deepEqual(await told.next(2), ['listed ', 'changed from-500']);
  });

  test('passes over half an event at the end, and gets it whole from the next watch', async () => {
    watch({
      list: (_seen, response) => json(response, listOf('10')),
      watch: ({ url }, response) => {
        const whole = JSON.stringify({ type: 'ADDED', object: pod('b', '12') });
        if (url.searchParams.get('resourceVersion') === '10') {
          send(response, ['ADDED', pod('a', '11')]);
          response.end(whole.slice(0, 30));
        } else response.write(`${whole}\n`);
      },
    });
    assert.deepEqual(await told.next(3), ['listed ', 'changed a', 'changed b']);
  });
});
