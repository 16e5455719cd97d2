import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LongarmError } from '../../src/core/error-code.ts';
import { wwwAuthenticate } from '../../src/wire/bearer-challenge.ts';
import { parseBearerToken } from '../../src/wire/bearer-token.ts';
import { printable } from '../../src/wire/oauth-printable.ts';

const tenantId = '11111111-2222-4333-8444-555555555555';

describe('wwwAuthenticate()', () => {
  test('it has ARM’s form, with the tenant in the authorization_uri', () => {
    const error = new LongarmError(
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing.",
    );
    assert.equal(
      wwwAuthenticate({ tenantId, loginUrl: 'https://longarm.example/', error }),
      `Bearer authorization_uri="https://longarm.example/${tenantId}", error="invalid_token", ` +
        `error_description="Authentication failed. The 'Authorization' header is missing."`,
    );
  });

  test('whatever the message is, it stays one quoted printable ASCII value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const header = wwwAuthenticate({
          tenantId,
          loginUrl: 'https://a.example',
          error: new LongarmError('InvalidAuthenticationToken', message),
        });
        assert.match(
          header,
          /^Bearer authorization_uri="[\x20-\x7e]*", error="invalid_token", error_description="[^"\\]*"$/,
        );
        assert.match(header, /^[\x20-\x7e]*$/);
      }),
    );
  });
});

describe('parseBearerToken()', () => {
  test('whatever the header is, it gives a token or a 401 that does not repeat it', () => {
    const header = fc.oneof(
      fc.string(),
      fc.string({ minLength: 12 }).map((text) => `Bearer ${text}`),
    );
    fc.assert(
      fc.property(header, (text) => {
        try {
          assert.match(parseBearerToken(text), /^[\w.~+/=-]+$/);
        } catch (error) {
          assert.ok(error instanceof LongarmError);
          assert.equal(error.status, 401);
          if (text.length > 60) assert.ok(!error.message.includes(text));
        }
      }),
    );
  });

  test('49,152 bytes are taken, and one more is not', () => {
    const token = 'a'.repeat(48 * 1024);
    assert.equal(parseBearerToken(`Bearer ${token}`), token);
    assert.throws(() => parseBearerToken(`Bearer ${token}a`), /49153 bytes/);
  });
});

describe('printable()', () => {
  test('whatever the text is, no control or formatting character is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        assert.doesNotMatch(printable(text), /[\p{C}\p{Zl}\p{Zp}]/u);
        assert.ok(printable(text).length <= 201);
      }),
    );
  });
});
