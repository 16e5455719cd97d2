import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import { createSigningKeyRing, signingKeyLifeMs, tokenLifeMs } from '../../src/auth/signing-keys.ts';
import { type AuthFixture, openAuthFixture } from './auth-fixture.ts';

const minute = 60_000;
let fixture: AuthFixture;
beforeEach(async () => {
  fixture = await openAuthFixture();
});
afterEach(() => fixture[Symbol.asyncDispose]());

const publishedIds = async () => (await fixture.signingKeys.keySet()).keys.map(({ kid }) => kid);
const storedIds = () =>
  fixture.store.read(async ({ signingKeys }) => (await signingKeys.signingKeys()).map(({ id }) => id));

describe('the signing keys', () => {
  test('the first is made when it is first needed, and kept', async () => {
    assert.deepEqual(await storedIds(), []);
    const { id } = await fixture.signingKeys.signer();
    assert.equal((await fixture.signingKeys.signer()).id, id);
    assert.deepEqual(await storedIds(), [id]);
    assert.deepEqual(await publishedIds(), [id]);
  });

  test('what is published has no private part', async () => {
    const { keys } = await fixture.signingKeys.keySet();
    assert.deepEqual(
      keys.map((key) => Object.keys(key).toSorted()),
      [['alg', 'e', 'kid', 'kty', 'n', 'use']],
    );
  });

  test('after 30 days another signs, and tokens of the former are good until their end', async () => {
    const authenticator = fixture.authenticatorOf();
    const former = await fixture.signingKeys.signer();
    fixture.clock.advance(signingKeyLifeMs - minute);
    const token = await fixture.token();
    assert.equal(decodeProtectedHeader(token).kid, former.id);
    fixture.clock.advance(minute);
    const successor = await fixture.signingKeys.signer();
    assert.notEqual(successor.id, former.id);
    assert.deepEqual(await publishedIds(), [successor.id, former.id]);
    assert.equal(decodeProtectedHeader(await fixture.token()).kid, successor.id);
    fixture.clock.advance(tokenLifeMs - 2 * minute);
    await authenticator.authenticate(`Bearer ${token}`);
  });

  test('a former key is erased once no token of its can be good', async () => {
    await fixture.signingKeys.signer();
    fixture.clock.advance(signingKeyLifeMs);
    const successor = await fixture.signingKeys.signer();
    fixture.clock.advance(tokenLifeMs + 2 * minute);
    assert.equal((await publishedIds()).length, 2, 'within the leeway of the token’s end');
    fixture.clock.advance(20 * minute);
    assert.deepEqual(await publishedIds(), [successor.id]);
    assert.deepEqual(await storedIds(), [successor.id]);
  });

  test('two processes that need a key at once make one', async () => {
    const other = createSigningKeyRing({ store: await fixture.openAgain(), clock: fixture.clock });
    const signers = await Promise.all([fixture.signingKeys.signer(), other.signer(), other.signer()]);
    assert.equal(new Set(signers.map(({ id }) => id)).size, 1);
    fixture.clock.advance(signingKeyLifeMs);
    const next = await Promise.all([fixture.signingKeys.signer(), other.signer()]);
    assert.equal(new Set(next.map(({ id }) => id)).size, 1);
    assert.equal((await storedIds()).length, 2);
  });

  test('a token signed by another process’s new key is taken at once', async () => {
    const authenticator = fixture.authenticatorOf();
    await authenticator.authenticate(`Bearer ${await fixture.token()}`);
    const store = await fixture.openAgain();
    const other = createSigningKeyRing({ store, clock: fixture.clock });
    fixture.clock.advance(signingKeyLifeMs);
    const { id } = await other.signer();
    fixture.clock.advance(-minute);
    const { issueToken } = await import('../../src/auth/issue-token.ts');
    const grant = {
      client: fixture.registered.client,
      resource: 'https://management.azure.com',
      tenantId: fixture.deps.tenantId,
      publicUrl: 'https://longarm.example:8443',
    };
    const { accessToken } = await issueToken(grant, { ...fixture.deps, signingKeys: other });
    assert.equal(decodeProtectedHeader(accessToken).kid, id);
    await authenticator.authenticate(`Bearer ${accessToken}`);
  });

  test('private keys do not stand in the database as they are', async () => {
    await fixture.signingKeys.signer();
    const [stored] = await fixture.store.read(({ signingKeys }) => signingKeys.signingKeys());
    const secret = stored?.privateJwk['d'];
    assert.ok(typeof secret === 'string');
    const { d } = { d: Buffer.from(secret, 'base64url') };
    const files = await fixture.databaseBytes();
    assert.ok(files.length > 0);
    assert.ok(!files.includes(secret) && !files.includes(d));
  });
});
