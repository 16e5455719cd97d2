import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fetchJson } from '../../src/auth/fetch-json.ts';
import { externalIssuer, type ExternalIssuerSettings, IssuerSettingsError } from '../../src/auth/trusted-issuer.ts';
import { createAuthenticator } from '../../src/auth/verify-bearer.ts';
import { type ErrorCode, LongarmError } from '../../src/core/error-code.ts';
import { createForge, type Forge } from './forge-token.ts';
import { type KeyServer, openKeyServer } from './key-server.ts';
import { type SettableClock, settableClock } from './settable-clock.ts';

const audience = 'api://longarm';
let provider: KeyServer;
let clock: SettableClock;
let forge: Forge;
beforeEach(async () => {
  provider = await openKeyServer();
  clock = settableClock();
  forge = await createForge('k1', clock, { issuer: provider.url, audience });
  const document = { issuer: provider.url, jwks_uri: `${provider.url}/keys` };
  provider.answers.set('/.well-known/openid-configuration', { json: document });
  publish(forge);
});
afterEach(() => provider[Symbol.asyncDispose]());

const publish = (...forges: Forge[]) =>
  provider.answers.set('/keys', { json: { keys: forges.map(({ publicJwk }) => publicJwk) } });
const trust = (settings: Partial<ExternalIssuerSettings> = {}) => {
  const issuer = externalIssuer({ issuer: provider.url, audiences: [audience], ...settings }, { clock, fetchJson });
  const authenticator = createAuthenticator({ issuers: [issuer], clock });
  return (token: string) => authenticator.authenticate(`Bearer ${token}`);
};
const refuses = (attempt: Promise<unknown>, code: ErrorCode, message: RegExp) =>
  assert.rejects(attempt, (error) => {
    assert.ok(error instanceof LongarmError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });

describe('an issuer elsewhere', () => {
  test('its keys are found by discovery, and fetched once for many tokens', async () => {
    const authenticate = trust();
    const tokens = await Promise.all(['a', 'b', 'c'].map((sub) => forge.sign({ sub, name: sub.toUpperCase() })));
    const principals = await Promise.all(tokens.map(authenticate));
    assert.deepEqual(principals[0], { issuer: provider.url, id: 'a', displayName: 'A' });
    assert.deepEqual(provider.asked, ['/.well-known/openid-configuration', '/keys']);
  });

  test('its keys are fetched from the URL that the operator gave, without discovery', async () => {
    await trust({ jwksUri: `${provider.url}/keys` })(await forge.sign({}));
    assert.deepEqual(provider.asked, ['/keys']);
  });

  test('a new key of its is fetched for the first token that names it', async () => {
    const authenticate = trust();
    await authenticate(await forge.sign({}));
    const next = await createForge('k2', clock, { issuer: provider.url, audience });
    publish(forge, next);
    clock.advance(30_000);
    assert.equal((await authenticate(await next.sign({ sub: 'new' }))).id, 'new');
  });

  test('tokens of unknown keys cost one fetch in 30 seconds, however many come', async () => {
    const authenticate = trust();
    await authenticate(await forge.sign({}));
    clock.advance(30_000);
    const stranger = await createForge('unknown', clock, { issuer: provider.url, audience });
    const tokens = await Promise.all(Array.from({ length: 10 }, (_, index) => stranger.sign({ sub: `s${index}` })));
    for (const token of tokens) await refuses(authenticate(token), 'InvalidAuthenticationToken', /publishes no key/);
    assert.equal(provider.asked.filter((path) => path === '/keys').length, 2);
  });

  test('known keys go on for a day while it does not answer; then its tokens cannot be verified', async () => {
    const authenticate = trust();
    await authenticate(await forge.sign({}));
    provider.answers.set('/keys', { status: 500 });
    clock.advance(23 * 3600_000);
    await authenticate(await forge.sign({ sub: 'later' }));
    clock.advance(3600_000);
    await refuses(authenticate(await forge.sign({ sub: 'too late' })), 'ServiceUnavailable', /keys of the issuer/);
  });

  test('while its keys cannot be had for the first time, that is no fault of the token', async () => {
    const authenticate = trust();
    provider.answers.set('/keys', { status: 302, headers: { location: '/elsewhere' } });
    const token = await forge.sign({});
    await refuses(authenticate(token), 'ServiceUnavailable', /Try again soon/);
    publish(forge);
    await refuses(authenticate(token), 'ServiceUnavailable', /Try again soon/);
    assert.equal(provider.asked.length, 2, 'a redirect is not followed, and a failure has a cool-down');
    clock.advance(5_000);
    await authenticate(token);
  });

  test('a discovery document about another issuer is not believed', async () => {
    const document = { issuer: 'https://other.example', jwks_uri: `${provider.url}/keys` };
    provider.answers.set('/.well-known/openid-configuration', { json: document });
    await refuses(trust()(await forge.sign({})), 'ServiceUnavailable', /keys of the issuer/);
  });

  test('its token for another audience is refused', async () => {
    const token = await forge.sign({ aud: 'https://management.azure.com' });
    await refuses(trust()(token), 'InvalidAuthenticationTokenAudience', /wrong audience/);
  });

  test('where the operator names a tenant, the tokens of others are refused', async () => {
    const authenticate = trust({ tenantId: 'AAAA' });
    await authenticate(await forge.sign({ tid: 'aaaa' }));
    for (const tid of ['bbbb', undefined, ['aaaa']]) {
      await refuses(authenticate(await forge.sign({ tid })), 'InvalidAuthenticationTokenIssuer', /wrong tenant/);
    }
  });

  test('its tokens for Azure are taken where the operator insists', async () => {
    const authenticate = trust({ audiences: [], acceptAzureArmTokens: true });
    await authenticate(await forge.sign({ aud: 'https://management.azure.com' }));
  });

  test('its own spelling is compared exactly', async () => {
    const token = await forge.sign({ iss: `${provider.url}/` });
    await refuses(trust()(token), 'InvalidAuthenticationTokenIssuer', /wrong issuer/);
  });

  for (const alg of ['RS512', 'PS256', 'ES256', 'ES384']) {
    test(`its tokens may be signed by ${alg}`, async () => {
      const other = await createForge('other', clock, { issuer: provider.url, audience }, alg);
      publish(forge, other);
      await trust()(await other.sign({}));
    });
  }

  test('a delegated token needs the scope user_impersonation', async () => {
    const authenticate = trust();
    const token = await forge.sign({ scp: 'openid user_impersonation', preferred_username: 'ann@example.com' });
    assert.equal((await authenticate(token)).displayName, 'ann@example.com');
    await refuses(
      authenticate(await forge.sign({ scp: 'openid' })),
      'InvalidAuthenticationToken',
      /user_impersonation/,
    );
    await refuses(authenticate(await forge.sign({ scp: '' })), 'InvalidAuthenticationToken', /user_impersonation/);
    await refuses(
      authenticate(await forge.sign({ scp: 'user_impersonation2' })),
      'InvalidAuthenticationToken',
      /scope/,
    );
  });

  test('a principal is its oid, or else its sub', async () => {
    const authenticate = trust();
    assert.equal((await authenticate(await forge.sign({ oid: 'o', sub: 's' }))).id, 'o');
    assert.equal((await authenticate(await forge.sign({ sub: 's' }))).id, 's');
    await refuses(authenticate(await forge.sign({ sub: undefined })), 'InvalidAuthenticationToken', /no subject/);
  });

  test('ID tokens are refused', async () => {
    const authenticate = trust();
    for (const claims of [{ nonce: 'n' }, { at_hash: 'h' }, { tid: 't', oid: 'user', sub: 'pairwise' }]) {
      await refuses(authenticate(await forge.sign(claims)), 'InvalidAuthenticationToken', /ID token/);
    }
    await authenticate(await forge.sign({ tid: 't', oid: 'app', sub: 'pairwise', idtyp: 'app' }));
    await authenticate(await forge.sign({ tid: 't', oid: 'app', sub: 'app' }));
  });

  test('a token without an end is refused', async () => {
    await refuses(trust()(await forge.sign({ exp: undefined })), 'InvalidAuthenticationToken', /'exp'/);
  });

  test('names lose control characters and are cut', async () => {
    const { displayName } = await trust()(await forge.sign({ name: `a\u001b[31m\u202eb${'c'.repeat(500)}` }));
    assert.match(displayName, /^a\?\[31m\?bc+…$/);
    assert.ok(displayName.length <= 201);
  });
});

describe('the settings of an issuer', () => {
  const refusesSettings = (settings: ExternalIssuerSettings, message: RegExp) =>
    assert.throws(
      () => externalIssuer(settings, { clock: settableClock(), fetchJson }),
      (error) => error instanceof IssuerSettingsError && message.test(error.message),
    );

  test('must name an audience, and none of Azure’s without saying so', () => {
    const issuer = 'https://login.example/v2.0';
    refusesSettings({ issuer, audiences: [] }, /at least one audience/);
    refusesSettings({ issuer, audiences: ['https://management.azure.com/'] }, /good for Azure itself/);
  });

  test('must be https unless on loopback', () => {
    refusesSettings({ issuer: 'http://login.example', audiences: ['a'] }, /not an https URL/);
    refusesSettings(
      { issuer: 'https://a.example', jwksUri: 'file:///etc/passwd', audiences: ['a'] },
      /not an https URL/,
    );
    refusesSettings({ issuer: 'http://127.0.0.1.evil.example', audiences: ['a'] }, /not an https URL/);
    externalIssuer({ issuer: 'http://localhost:1', audiences: ['a'] }, { clock: settableClock(), fetchJson });
  });

  test('may not name an issuer twice, nor file two under one name', () => {
    const world = { clock: settableClock(), fetchJson };
    const issuer = externalIssuer({ issuer: 'https://a.example', audiences: ['a'] }, world);
    const impostor = { ...externalIssuer({ issuer: 'https://b.example', audiences: ['a'] }, world), name: issuer.name };
    for (const issuers of [
      [issuer, issuer],
      [issuer, impostor],
    ]) {
      assert.throws(() => createAuthenticator({ issuers, clock: world.clock }), IssuerSettingsError);
    }
  });
});
