import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { LongarmError } from '../../../src/core/error-code.ts';
import type { Principal } from '../../../src/core/principal.ts';
import { type AuthFixture, openAuthFixture, publicUrl, tenantId } from '../../auth/auth-fixture.ts';
import { tamper } from '../../auth/forge-token.ts';
import { hostileText, tries } from './corpus.ts';

describe('the way of a token from the header to a principal', () => {
  let fixture: AuthFixture;
  let token: string;
  before(async () => {
    fixture = await openAuthFixture();
    token = await fixture.token();
  });
  after(() => fixture[Symbol.asyncDispose]());

  /** The principal, or `undefined` where it is refused with a 401 that does not repeat the token. */
  const authenticate = async (header: string | undefined): Promise<Principal | undefined> => {
    try {
      return await fixture.authenticatorOf().authenticate(header);
    } catch (error) {
      assert.ok(error instanceof LongarmError, error instanceof Error ? error.stack : String(error));
      assert.equal(error.status, 401, error.message);
      assert.doesNotMatch(error.message, /[\p{Cc}\p{Cf}\p{Cs}]/u);
      assert.ok(error.message.length < 1000);
      return undefined;
    }
  };
  const meaning = (text: string) => text.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));

  const some = tries(20_000, 40);
  test(`a header is a principal or a 401, and a principal only for what was signed: ${some.title}`, async () => {
    const header = hostileText([`Bearer ${token}`, token, ...token.split('.'), 'Bearer ', 'eyJhbGciOiJub25lIn0.e30.']);
    await fc.assert(
      fc.asyncProperty(header, async (text) => {
        if ((await authenticate(text)) === undefined) return;
        assert.deepEqual(meaning(text.slice('bearer '.length).trim()), meaning(token));
      }),
      some.parameters,
    );
  });

  test(`a token of which any character was changed is refused: ${some.title}`, async () => {
    const at = fc.nat({ max: token.length - 1 });
    const character = fc.constantFrom(...'ABCXYZabcxyz0189-_.=+/ '.split(''));
    await fc.assert(
      fc.asyncProperty(at, character, async (place, other) => {
        const forged = token.slice(0, place) + other + token.slice(place + 1);
        const isSame = JSON.stringify(meaning(forged)) === JSON.stringify(meaning(token));
        if (!isSame) assert.equal(await authenticate(`Bearer ${forged}`), undefined, `at ${place}: ${other}`);
      }),
      some.parameters,
    );
  });

  test(`claims and headers of any shape under an old signature are refused: ${some.title}`, async () => {
    const names = [
      'alg',
      'kid',
      'typ',
      'crit',
      'b64',
      'jwk',
      'jku',
      'x5u',
      'x5c',
      'iss',
      'aud',
      'exp',
      'nbf',
      'iat',
      'sub',
      'oid',
      'tid',
      'scp',
    ];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('none', 'HS256', 'RS256', '', null, 0, -1, 1e308, [], {}, publicUrl, tenantId),
    );
    const fields = fc.dictionary(fc.constantFrom(...names), value, { minKeys: 1, maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(fields, fields, fc.boolean(), async (header, claims, isUnsigned) => {
        const forged = tamper(token, { header, claims, ...(isUnsigned ? { signature: '' } : {}) });
        if (JSON.stringify(meaning(forged)) === JSON.stringify(meaning(token))) return;
        assert.equal(await authenticate(`Bearer ${forged}`), undefined);
      }),
      some.parameters,
    );
  });

  test('after all that the token itself is still good', async () => {
    assert.equal((await authenticate(`Bearer ${token}`))?.id, fixture.registered.client.principalId);
  });
});
