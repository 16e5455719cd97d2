import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openPlane, type Plane, type SubmitMore } from './plane.ts';

const minuteMs = 60_000;

describe('a request that is sent again', () => {
  let behind: Plane;
  beforeEach(async () => {
    behind = await openPlane();
  });
  afterEach(() => behind.close());

  const windows: readonly (readonly [string, SubmitMore, number])[] = [
    ['by the client’s request id for two minutes', { clientRequestId: 'again' }, 2 * minuteMs],
    ['by an idempotency key for 24 hours', { idempotencyKey: 'again' }, 24 * 60 * minuteMs],
  ];
  for (const [words, known, windowMs] of windows) {
    test(`is known ${words}, and is a new command after that`, async () => {
      const id = await behind.submit('exit 0', known);
      behind.clock.advance(windowMs - 1);
      assert.equal(await behind.submit('exit 0', known), id);
      behind.clock.advance(2);
      assert.notEqual(await behind.submit('exit 0', known), id);
    });
  }
});
