import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { tokenOperations } from '../../src/auth/token-operations.ts';
import type { OperationRequest } from '../../src/wire/operation.ts';
import { type AuthFixture, credentials, jsonOf, openAuthFixture, publicUrl, tenantId, textOf } from './auth-fixture.ts';
import { openKeyServer } from './key-server.ts';

let fixture: AuthFixture;
before(async () => {
  fixture = await openAuthFixture();
});
after(() => fixture[Symbol.asyncDispose]());

const tokenOf = async (operation: string, request: Partial<OperationRequest>) => {
  const response = await fixture.call(operation, request);
  assert.equal(response.status, 200, JSON.stringify(response.body));
  return textOf(jsonOf(response), 'access_token');
};

describe('the token endpoint, asked as each client asks', () => {
  const extras = { client_info: '1', claims: '{"access_token":{"xms_cc":{"values":["CP1"]}}}', 'x-client-SKU': 'x' };
  for (const [client, operation, ask, audience] of [
    ['JavaScript', 'OAuth_TokenV2', { scope: 'https://management.azure.com/.default' }, 'https://management.azure.com'],
    ['JavaScript up to 24', 'OAuth_TokenV2', { scope: `${publicUrl}/.default` }, publicUrl],
    ['Python', 'OAuth_TokenV2', { scope: 'https://management.azure.com/.default' }, 'https://management.azure.com'],
    [
      'Go',
      'OAuth_TokenV2',
      { scope: 'https://management.azure.com/.default openid offline_access profile' },
      'https://management.azure.com',
    ],
    [
      'Java',
      'OAuth_TokenV2',
      { scope: 'https://management.azure.com//.default openid profile offline_access' },
      'https://management.azure.com/',
    ],
    [
      'az',
      'OAuth_TokenAdfs',
      { scope: 'https://management.core.windows.net//.default' },
      'https://management.core.windows.net/',
    ],
    [
      'az for a cluster',
      'OAuth_TokenAdfs',
      { scope: '6dae42f8-4368-4678-94ff-3960e28e3630/.default' },
      '6dae42f8-4368-4678-94ff-3960e28e3630',
    ],
    ['AD FS', 'OAuth_TokenAdfs', { resource: 'https://management.azure.com/' }, 'https://management.azure.com/'],
    ['a v1 client', 'OAuth_TokenV1', { resource: 'https://management.azure.com/' }, 'https://management.azure.com/'],
  ] as const) {
    test(`${client} gets a token for ${audience}`, async () => {
      const { scope, ...form } = credentials(fixture.registered, 'replaced');
      assert.ok(scope);
      const token = await tokenOf(operation, { body: { ...form, ...extras, ...ask } });
      assert.equal(decodeJwt(token).aud, audience);
    });
  }

  test('HTTP Basic serves as well as the form', async () => {
    const { client, secret } = fixture.registered;
    const authorization = `Basic ${Buffer.from(`${client.id}:${encodeURIComponent(secret)}`).toString('base64')}`;
    const body = { grant_type: 'client_credentials', scope: 'https://management.azure.com/.default' };
    const token = await tokenOf('OAuth_TokenV2', { headers: { authorization }, body });
    assert.equal(decodeJwt(token)['appid'], client.id);
  });

  test('the client’s id may be written in upper case', async () => {
    const form = credentials(fixture.registered, 'https://management.azure.com/.default');
    await tokenOf('OAuth_TokenV2', { body: { ...form, client_id: fixture.registered.client.id.toUpperCase() } });
  });

  test('the token has the claims of an Entra app token, good for an hour', async () => {
    const { client } = fixture.registered;
    const { uti, ...claims } = decodeJwt(await fixture.token());
    const now = fixture.clock.now() / 1000;
    assert.deepEqual(claims, {
      aud: 'https://management.azure.com',
      iss: `${publicUrl}/${tenantId}/v2.0`,
      iat: now,
      nbf: now,
      exp: now + 3600,
      appid: client.id,
      app_displayname: client.name,
      appidacr: '1',
      azp: client.id,
      azpacr: '1',
      idtyp: 'app',
      oid: client.principalId,
      sub: client.principalId,
      tid: tenantId,
      ver: '2.0',
    });
    assert.match(String(uti), /./);
  });

  test('the answer is kept by nobody, and v1’s numbers are text', async () => {
    const form = credentials(fixture.registered, 'https://management.azure.com/.default');
    const v2 = await fixture.call('OAuth_TokenV2', { body: form });
    assert.equal(v2.headers?.['cache-control'], 'no-store');
    const { access_token: first, ...rest } = jsonOf(v2);
    assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599 });
    const v1 = await fixture.call('OAuth_TokenV1', { body: { ...form, resource: publicUrl } });
    const { access_token: second, ...old } = jsonOf(v1);
    const now = fixture.clock.now() / 1000;
    assert.deepEqual(old, {
      token_type: 'Bearer',
      expires_in: '3599',
      ext_expires_in: '3599',
      expires_on: String(now + 3600),
      not_before: String(now),
      resource: publicUrl,
    });
    assert.notEqual(first, second);
  });
});

describe('the token endpoint refuses', () => {
  const refused = async (
    change: Record<string, unknown>,
    request: Partial<OperationRequest> = {},
    id = 'OAuth_TokenV2',
  ) => {
    const form = credentials(fixture.registered, 'https://management.azure.com/.default');
    const response = await fixture.call(id, { ...request, body: { ...form, ...change } });
    const body = jsonOf(response);
    return { status: response.status, headers: response.headers ?? {}, body, error: body['error'] };
  };

  test('a wrong secret, in words that clients know', async () => {
    const { status, body, headers } = await refused({ client_secret: 'wrong' });
    assert.equal(status, 401);
    const { client } = fixture.registered;
    assert.deepEqual(body, {
      error: 'invalid_client',
      error_description:
        'AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret ' +
        `value, not the client secret ID, for a secret added to app '${client.id}'. Trace ID: request-1 Correlation ID: ` +
        'correlation-1 Timestamp: 2026-11-23 12:00:00Z',
      error_codes: [7000215],
      timestamp: '2026-11-23 12:00:00Z',
      trace_id: 'request-1',
      correlation_id: 'correlation-1',
    });
    assert.equal(headers['cache-control'], 'no-store');
  });

  test('an unknown client with the very same answer', async () => {
    const known = await refused({ client_secret: 'wrong' });
    const unknownId = '99999999-8888-4777-8666-555555555555';
    const unknown = await refused({ client_secret: 'wrong', client_id: unknownId });
    const sameWords = JSON.stringify(unknown).replaceAll(unknownId, fixture.registered.client.id);
    assert.equal(sameWords, JSON.stringify(known));
  });

  test('the stored digest in place of the secret', async () => {
    const { status } = await refused({ client_secret: fixture.registered.client.secretSha256 });
    assert.equal(status, 401);
  });

  test('another tenant', async () => {
    const { status, body } = await refused({}, { params: { tenantId: 'other' } });
    assert.equal(status, 400);
    assert.match(textOf(body, 'error_description'), /^AADSTS90002: Tenant 'other' not found\./);
  });

  for (const [what, change, error, number] of [
    ['a request without a grant', { grant_type: undefined }, 'invalid_request', 900144],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type', 70003],
    ['a request without a client', { client_id: '' }, 'invalid_request', 900144],
    ['a request without a secret', { client_secret: undefined }, 'invalid_client', 7000218],
    ['a request without a scope', { scope: undefined }, 'invalid_request', 900144],
    ['a scope without /.default', { scope: 'https://management.azure.com/user' }, 'invalid_scope', 1002012],
    ['a scope that is /.default alone', { scope: '/.default' }, 'invalid_scope', 1002012],
    ['a resource that is not ours', { scope: 'https://graph.microsoft.com/.default' }, 'invalid_resource', 500011],
    ['a resource with one slash more', { scope: `${publicUrl}///.default` }, 'invalid_resource', 500011],
    ['a list in place of text', { scope: ['a'] }, 'invalid_request', 900144],
  ] as const) {
    test(`${what}: ${error}`, async () => {
      const { body } = await refused(change);
      assert.deepEqual([body['error'], body['error_codes']], [error, [number]]);
    });
  }

  test('an assertion, saying what to use', async () => {
    const { body } = await refused({ client_secret: undefined, client_assertion: 'x' });
    assert.match(textOf(body, 'error_description'), /client secret/);
  });

  test('HTTP Basic that is malformed, or contradicts the form', async () => {
    const malformed = await refused({}, { headers: { authorization: 'Basic !' } });
    assert.deepEqual([malformed.status, malformed.error], [401, 'invalid_client']);
    assert.equal(malformed.headers['www-authenticate'], 'Basic realm="longarm"');
    const authorization = `Basic ${Buffer.from('somebody:secret').toString('base64')}`;
    assert.equal((await refused({}, { headers: { authorization } })).error, 'invalid_request');
  });

  test('the eleventh try after ten failures, with the time to wait, whatever the secret', async () => {
    const here = { remoteAddress: '198.51.100.1' };
    for (let attempt = 0; attempt < 10; attempt += 1) {
      assert.equal((await refused({ client_secret: 'wrong' }, here)).status, 401);
    }
    const { status, headers, error } = await refused({}, here);
    assert.deepEqual([status, error, headers['retry-after']], [429, 'temporarily_unavailable', '6']);
    const elsewhere = { remoteAddress: '198.51.100.2' };
    assert.equal((await refused({}, elsewhere)).status, 200, 'another address is not locked out');
    fixture.clock.advance(6_000);
    assert.equal((await refused({}, here)).status, 200);
  });
});

describe('the operations', () => {
  test('a router that takes the first match takes the right one: adfs and common are no tenants', () => {
    const operations = tokenOperations(fixture.deps);
    for (const { id, method, path } of operations) {
      const asked = path.replace('{tenantId}', tenantId);
      const first = operations.find((one) => {
        const pattern = one.path.replaceAll('.', '\\.').replace('{tenantId}', '[^/]+');
        return one.method === method && new RegExp(`^${pattern}$`).test(asked);
      });
      assert.equal(first?.id, id);
    }
  });
});

describe('discovery', () => {
  test('each document names the issuer of the tokens, and endpoints of its dialect', async () => {
    const documents = {
      V2: `/${tenantId}/oauth2/v2.0/token`,
      V1: `/${tenantId}/oauth2/token`,
      Adfs: '/adfs/oauth2/token',
    };
    const token = decodeJwt(await fixture.token());
    for (const [dialect, path] of Object.entries(documents)) {
      const document = jsonOf(await fixture.call(`OpenId_Configuration${dialect}`, {}));
      assert.equal(document['issuer'], token.iss);
      assert.equal(document['token_endpoint'], publicUrl + path);
      assert.equal(new URL(textOf(document, 'authorization_endpoint')).origin, publicUrl);
    }
  });

  test('a stranger’s validator takes our tokens by the published keys', async () => {
    await using strangers = await openKeyServer();
    strangers.answers.set('/keys', { json: jsonOf(await fixture.call('OpenId_Keys', {})) });
    const keys = createRemoteJWKSet(new URL(`${strangers.url}/keys`));
    const { payload } = await jwtVerify(await fixture.token(), keys, {
      issuer: fixture.own.issuer,
      audience: 'https://management.azure.com',
      currentDate: new Date(fixture.clock.now()),
    });
    assert.equal(payload.sub, fixture.registered.client.principalId);
    assert.deepEqual(await fixture.call('OpenId_KeysAdfs', { params: {} }), await fixture.call('OpenId_Keys', {}));
  });

  test('a document of another tenant is not there', async () => {
    const response = await fixture.call('OpenId_ConfigurationV2', { params: { tenantId: 'common' } });
    assert.equal(response.status, 400);
    assert.match(textOf(jsonOf(response), 'error_description'), /Tenant 'common' not found/);
  });

  test('instance discovery vouches for this server and for no other', async () => {
    const ask = (authority: string) =>
      fixture.call('OpenId_InstanceDiscovery', {
        params: {},
        query: { authorization_endpoint: `${authority}/${tenantId}/oauth2/v2.0/authorize` },
      });
    const known = jsonOf(await ask(publicUrl));
    assert.equal(known['tenant_discovery_endpoint'], `${publicUrl}/${tenantId}/v2.0/.well-known/openid-configuration`);
    assert.equal((await ask('https://login.microsoftonline.com')).status, 400);
  });
});
