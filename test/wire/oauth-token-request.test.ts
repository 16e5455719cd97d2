import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseBasicCredentials } from '../../src/wire/oauth-basic.ts';
import { OAuthError } from '../../src/wire/oauth-error.ts';
import { parseTokenRequest, resourceOfScope } from '../../src/wire/oauth-token-request.ts';

describe('resourceOfScope()', () => {
  for (const [scope, resource] of [
    ['https://management.azure.com/.default', 'https://management.azure.com'],
    ['https://management.azure.com//.default', 'https://management.azure.com/'],
    ['openid profile https://a/.default offline_access', 'https://a'],
    ['https://a/.default https://b/.default', 'https://a'],
    ['  https://a/.default  ', 'https://a'],
    ['https://a/.default/', undefined],
    ['https://a/.Default', undefined],
    ['openid', undefined],
    ['/.default', undefined],
    ['', undefined],
  ] as const) {
    test(`'${scope}' asks for ${resource ?? 'no resource'}`, () => assert.equal(resourceOfScope(scope), resource));
  }
});

describe('parseTokenRequest()', () => {
  test('whatever the form holds, it is read or refused with an OAuth error', () => {
    const field = fc.constantFrom(
      'grant_type',
      'client_id',
      'client_secret',
      'scope',
      'resource',
      'client_assertion',
      'x',
    );
    const value = fc.oneof(fc.string(), fc.constant('client_credentials'), fc.constant('a/.default'), fc.anything());
    const header = fc.option(
      fc.oneof(
        fc.string(),
        fc.base64String().map((text) => `Basic ${text}`),
      ),
      { nil: undefined },
    );
    let readCount = 0;
    fc.assert(
      fc.property(fc.dictionary(field, value), header, fc.constantFrom('v1', 'v2', 'adfs'), (form, basic, dialect) => {
        try {
          const { clientId, resource } = parseTokenRequest(form, basic, dialect);
          assert.equal(typeof clientId, 'string');
          assert.notEqual(resource, '');
          readCount += 1;
        } catch (error) {
          assert.ok(error instanceof OAuthError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
    assert.ok(readCount > 0, 'no form was ever read');
  });

  test('no body at all lacks a grant', () => {
    assert.throws(() => parseTokenRequest(undefined, undefined, 'v2'), /'grant_type'/);
    assert.throws(() => parseTokenRequest('text', undefined, 'v2'), /'grant_type'/);
  });

  test('v2 ignores a resource that v1 and AD FS take', () => {
    const form = {
      grant_type: 'client_credentials',
      client_id: 'c',
      client_secret: 's',
      resource: 'r',
      scope: 'a/.default',
    };
    const resources = (['v2', 'v1', 'adfs'] as const).map(
      (dialect) => parseTokenRequest(form, undefined, dialect).resource,
    );
    assert.deepEqual(resources, ['a', 'r', 'r']);
  });
});

describe('parseBasicCredentials()', () => {
  test('whatever id and secret are, they come back as they went in', () => {
    const encode = (text: string) => encodeURIComponent(text).replaceAll('%20', '+');
    const unicode = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(unicode, unicode, (clientId, clientSecret) => {
        const header = `basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
        assert.deepEqual(parseBasicCredentials(header), { clientId, clientSecret });
      }),
    );
  });

  for (const [header, result] of [
    [undefined, undefined],
    ['Bearer abc', undefined],
    ['Basic', undefined],
    ['Basic !!!', 'malformed'],
    [`Basic ${Buffer.from('no colon').toString('base64')}`, 'malformed'],
    [`Basic ${Buffer.from('%zz:x').toString('base64')}`, 'malformed'],
  ] as const) {
    test(`'${header}' is ${result ?? 'not Basic'}`, () => assert.equal(parseBasicCredentials(header), result));
  }
});
