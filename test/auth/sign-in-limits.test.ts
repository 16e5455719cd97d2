import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSignInLimits, networkOf } from '../../src/auth/sign-in-limits.ts';
import { createTokenBuckets } from '../../src/auth/token-buckets.ts';
import { settableClock } from './settable-clock.ts';

describe('the limits of failed sign-ins', () => {
  test('one address that tries many clients is stopped after fifty failures', () => {
    const clock = settableClock();
    const limits = createSignInLimits(clock);
    const attempt = (index: number) => ({ clientId: `client-${index}`, address: '192.0.2.7' });
    for (let index = 0; index < 50; index += 1) {
      assert.equal(limits.waitSeconds(attempt(index)), 0);
      limits.recordFailure(attempt(index));
    }
    assert.equal(limits.waitSeconds(attempt(50)), 1);
    assert.equal(limits.waitSeconds({ ...attempt(50), address: '192.0.2.8' }), 0);
    clock.advance(1_000);
    assert.equal(limits.waitSeconds(attempt(50)), 0);
  });

  test('setting the machine’s clock back does not lengthen the wait', () => {
    const clock = settableClock();
    const limits = createSignInLimits(clock);
    const attempt = { clientId: 'c', address: '192.0.2.7' };
    for (let index = 0; index < 10; index += 1) limits.recordFailure(attempt);
    clock.advance(-3600_000);
    assert.equal(limits.waitSeconds(attempt), 6);
  });

  for (const [address, network] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0DB8::9', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ] as const) {
    test(`${address} counts as ${network}`, () => assert.equal(networkOf(address), network));
  }
});

describe('token buckets', () => {
  test('beyond the capacity the key untouched for longest is forgotten', () => {
    const buckets = createTokenBuckets(settableClock(), { burst: 1, refillMs: 1000, capacity: 2 });
    for (const key of ['a', 'b', 'a', 'c']) buckets.take(key);
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => buckets.waitMs(key)),
      [1000, 0, 1000],
    );
  });
});
