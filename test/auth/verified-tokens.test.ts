import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JWTVerifyGetKey } from 'jose';
import { createVerifiedTokens } from '../../src/auth/verified-tokens.ts';
import { createAuthenticator } from '../../src/auth/verify-bearer.ts';
import { addMs } from '../../src/core/instant.ts';
import { openAuthFixture } from './auth-fixture.ts';
import { settableClock } from './settable-clock.ts';

const ann = { issuer: 'i', id: 'ann', displayName: 'Ann' };

describe('the memory of verified tokens', () => {
  test('a token’s signature is checked once a minute, not once a request', async () => {
    await using fixture = await openAuthFixture();
    let checks = 0;
    const keyFor: JWTVerifyGetKey = (header, token) => {
      checks += 1;
      return fixture.own.keyFor(header, token);
    };
    const authenticator = createAuthenticator({ issuers: [{ ...fixture.own, keyFor }], clock: fixture.clock });
    const header = `Bearer ${await fixture.token()}`;
    const first = await authenticator.authenticate(header);
    fixture.clock.advance(59_999);
    assert.deepEqual(await authenticator.authenticate(header), first);
    assert.equal(checks, 1);
    fixture.clock.advance(1);
    await authenticator.authenticate(header);
    assert.equal(checks, 2);
  });

  test('a token is forgotten at its end, and for a token that differs by a character nobody is known', () => {
    const clock = settableClock();
    const tokens = createVerifiedTokens(clock);
    tokens.remember('token', ann, addMs(clock.now(), 10_000));
    assert.deepEqual(tokens.find('token'), ann);
    assert.equal(tokens.find('token '), undefined);
    clock.advance(10_000);
    assert.equal(tokens.find('token'), undefined);
  });

  test('setting the machine’s clock back does not keep a token', () => {
    const clock = settableClock();
    const tokens = createVerifiedTokens(clock);
    tokens.remember('token', ann, addMs(clock.now(), 3600_000));
    clock.advance(60_000);
    clock.advance(-60_000);
    assert.equal(tokens.find('token'), undefined);
  });

  test('beyond its capacity the oldest is forgotten', () => {
    const clock = settableClock();
    const tokens = createVerifiedTokens(clock, 2);
    for (const token of ['a', 'b', 'c']) tokens.remember(token, ann, addMs(clock.now(), 1_000));
    assert.deepEqual([tokens.find('a'), tokens.find('b'), tokens.find('c')], [undefined, ann, ann]);
  });
});
