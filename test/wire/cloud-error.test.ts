import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Schema from 'typebox/schema';
import { LongarmError } from '../../src/core/error-code.ts';
import { cloudErrorSchema, toCloudError } from '../../src/wire/cloud-error.ts';

describe('toCloudError()', () => {
  test('a LongarmError keeps its status, code, message and target', () => {
    const answer = toCloudError(new LongarmError('InvalidParameter', 'No.', { target: 'resourceName', cause: 'x' }));
    assert.deepEqual(answer, {
      status: 400,
      headers: { 'x-ms-error-code': 'InvalidParameter' },
      body: { error: { code: 'InvalidParameter', message: 'No.', target: 'resourceName' } },
    });
    assert.ok(Schema.Check(cloudErrorSchema, answer.body));
  });

  test('a time to try again becomes Retry-After, never 0', () => {
    const after = (retryAfterSeconds: number) =>
      toCloudError(new LongarmError('TooManyRequests', 'Full.', { retryAfterSeconds })).headers['retry-after'];
    assert.equal(after(5), '5');
    assert.equal(after(0), '1');
    assert.equal(after(1.2), '2');
  });

  for (const [what, thrown] of [
    ['an Error', new Error('SQLITE_CORRUPT: /var/lib/longarm/longarm.db secret=hunter2')],
    ['a string', 'secret=hunter2'],
    ['nothing', undefined],
    ['an object that looks like ours', { name: 'LongarmError', code: 'NotFound', status: 404, message: 'hunter2' }],
  ] as const) {
    test(`${what} becomes an internal error that tells nothing of it`, () => {
      const answer = toCloudError(thrown);
      assert.equal(answer.status, 500);
      assert.equal(answer.body.error.code, 'InternalServerError');
      assert.doesNotMatch(JSON.stringify(answer), /hunter2|sqlite|longarm\.db/i);
    });
  }
});
