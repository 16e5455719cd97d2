import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkClientSecret } from '../../src/auth/check-client-secret.ts';
import { newClient } from '../../src/auth/register-client.ts';
import { LongarmError } from '../../src/core/error-code.ts';
import { ids, openAuthFixture } from './auth-fixture.ts';
import { settableClock } from './settable-clock.ts';

describe('newClient()', () => {
  test('the secret opens the client, and stands nowhere in it or in the database', async () => {
    await using fixture = await openAuthFixture();
    const { client, secret } = fixture.registered;
    assert.ok(Buffer.from(secret, 'base64url').length >= 20);
    assert.ok(!JSON.stringify(client).includes(secret));
    assert.ok(!(await fixture.databaseBytes()).includes(secret));
    assert.deepEqual(await checkClientSecret(fixture.store, client.id, secret), client);
    assert.equal(await checkClientSecret(fixture.store, client.id, `${secret} `), undefined);
    assert.equal(await checkClientSecret(fixture.store, client.principalId, secret), undefined);
  });

  test('no two clients share anything', () => {
    const [one, two] = [newClient(ids, settableClock(), 'same'), newClient(ids, settableClock(), 'same')];
    assert.notEqual(one.secret, two.secret);
    assert.notEqual(one.client.id, two.client.id);
    assert.equal(new Set([one.client.id, one.client.principalId, two.client.principalId]).size, 3);
  });

  for (const name of ['', '  ', 'a\nb', '\u202e', 'x'.repeat(101)]) {
    test(`the name ${JSON.stringify(name.slice(0, 5))} (${name.length} characters) is refused`, () => {
      assert.throws(
        () => newClient(ids, settableClock(), name),
        (error) => error instanceof LongarmError && error.code === 'InvalidParameter' && error.target === 'name',
      );
    });
  }
});
