import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { exportSPKI, importJWK, UnsecuredJWT } from 'jose';
import type { Authenticator } from '../../src/auth/verify-bearer.ts';
import { type ErrorCode, LongarmError } from '../../src/core/error-code.ts';
import { type AuthFixture, openAuthFixture, ownName, publicUrl, tenantId } from './auth-fixture.ts';
import { createForge, tamper } from './forge-token.ts';

let fixture: AuthFixture;
let authenticator: Authenticator;
before(async () => {
  fixture = await openAuthFixture();
  authenticator = fixture.authenticatorOf();
});
after(() => fixture[Symbol.asyncDispose]());

const authenticate = (token: string) => authenticator.authenticate(`Bearer ${token}`);
const refuses = async (header: string | undefined, code: ErrorCode, message: RegExp) => {
  await assert.rejects(authenticator.authenticate(header), (error) => {
    assert.ok(error instanceof LongarmError, String(error));
    assert.equal(error.code, code, error.message);
    assert.equal(error.status, 401);
    assert.match(error.message, message);
    return true;
  });
};

describe('authenticate(), with tokens of our own', () => {
  test('a token from the token endpoint is taken, and says who it is', async () => {
    const { client } = fixture.registered;
    assert.deepEqual(await authenticate(await fixture.token()), {
      issuer: ownName,
      id: client.principalId,
      displayName: client.name,
    });
  });

  for (const audience of [
    'https://management.azure.com',
    'https://management.azure.com/',
    'https://management.core.windows.net',
    'https://management.core.windows.net/',
    publicUrl,
    `${publicUrl}/`,
  ]) {
    test(`a token for ${audience} is taken`, async () => {
      const principal = await authenticate(await fixture.token(audience));
      assert.equal(principal.id, fixture.registered.client.principalId);
    });
  }

  test('the scheme may be written in any case', async () => {
    const token = await fixture.token();
    await assert.doesNotReject(authenticator.authenticate(`bEARER ${token}`));
  });

  test('a token for a cluster does not open the API', async () => {
    const token = await fixture.token('6dae42f8-4368-4678-94ff-3960e28e3630');
    const message =
      /wrong audience or resource '6dae42f8-.*'\. It should exactly match .* 'https:\/\/management\.core\.windows\.net\/',/;
    await refuses(`Bearer ${token}`, 'InvalidAuthenticationTokenAudience', message);
  });

  test('a token is taken for two minutes after its end, and then refused with both times in ARM’s form', async () => {
    const token = await fixture.token();
    const issuedAt = fixture.clock.now();
    fixture.clock.advance(3600_000 + 119_000);
    await authenticate(token);
    fixture.clock.advance(1_000);
    await refuses(
      `Bearer ${token}`,
      'ExpiredAuthenticationToken',
      /^The access token expiry UTC time '11\/23\/2026 1:00:00 PM' is earlier than current UTC time '11\/23\/2026 1:02:00 PM'\.$/,
    );
    fixture.clock.advance(issuedAt - fixture.clock.now());
  });

  test('a token is taken two minutes before its beginning, and not sooner', async () => {
    const token = await fixture.token();
    fixture.clock.advance(-121_000);
    await refuses(`Bearer ${token}`, 'ExpiredAuthenticationToken', /not valid before UTC time/);
    fixture.clock.advance(1_000);
    await authenticate(token);
    fixture.clock.advance(120_000);
  });

  test('a verified token is not taken from memory past its end', async () => {
    const token = await fixture.token();
    fixture.clock.advance(3600_000 - 1_000);
    await authenticate(token);
    fixture.clock.advance(122_000);
    await refuses(`Bearer ${token}`, 'ExpiredAuthenticationToken', /earlier than current/);
    fixture.clock.advance(-3600_000 - 121_000);
  });
});

describe('authenticate() refuses', () => {
  test('no header, an empty one, and another scheme', async () => {
    await refuses(
      undefined,
      'AuthenticationFailed',
      /^Authentication failed\. The 'Authorization' header is missing\.$/,
    );
    await refuses('', 'AuthenticationFailed', /missing/);
    await refuses('Basic YTpi', 'AuthenticationFailed', /does not carry a bearer token/);
    await refuses('Bearertoken', 'AuthenticationFailed', /does not carry a bearer token/);
  });

  for (const [what, token] of [
    ['nothing', ''],
    ['a word', 'abc'],
    ['two tokens joined', 'a.b.c, Bearer d.e.f'],
    ['three empty parts', '..'],
    ['five parts', 'eyJhbGciOiJSUzI1NiJ9.a.b.c.d'],
    ['a header that is no JSON', 'AAAA.AAAA.AAAA'],
    ['control characters', 'a\u0000b.c.d'],
  ] as const) {
    test(`${what} in place of a token`, () => refuses(`Bearer ${token}`, 'InvalidAuthenticationToken', /invalid/));
  }

  test('a megabyte, before it looks inside', async () => {
    const [header = ''] = (await fixture.token()).split('.');
    const huge = `${header}.${'A'.repeat(1024 * 1024)}.AAAA`;
    await refuses(`Bearer ${huge}`, 'InvalidAuthenticationToken', /has 10\d+ bytes, and at most 49152/);
  });

  test('an unsigned token', async () => {
    const { oid } = { oid: fixture.registered.client.principalId };
    const claims = { oid, sub: oid, tid: tenantId };
    const token = new UnsecuredJWT(claims)
      .setIssuer(fixture.own.issuer)
      .setAudience(publicUrl)
      .setExpirationTime(new Date(fixture.clock.now() + 3600_000))
      .encode();
    await refuses(`Bearer ${token}`, 'InvalidAuthenticationToken', /signed by 'none'/);
  });

  for (const alg of ['none', 'NONE', 'None']) {
    test(`a good token whose header was changed to alg ${alg}`, async () => {
      const token = tamper(await fixture.token(), { header: { alg }, signature: '' });
      await refuses(`Bearer ${token}`, 'InvalidAuthenticationToken', /invalid/);
    });
  }

  test('HS256 with the public key as the shared secret', async () => {
    const { keys } = await fixture.signingKeys.keySet();
    const publicKey = await importJWK({ ...keys[0] }, 'RS256', { extractable: true });
    assert.ok(!(publicKey instanceof Uint8Array));
    const unsigned = tamper(await fixture.token(), { header: { alg: 'HS256' } })
      .split('.')
      .slice(0, 2)
      .join('.');
    const signature = createHmac('sha256', await exportSPKI(publicKey))
      .update(unsigned)
      .digest('base64url');
    await refuses(`Bearer ${unsigned}.${signature}`, 'InvalidAuthenticationToken', /signed by 'HS256'/);
  });

  test('claims that were changed', async () => {
    const token = tamper(await fixture.token(), { claims: { oid: 'somebody-else', sub: 'somebody-else' } });
    await refuses(`Bearer ${token}`, 'InvalidAuthenticationToken', /signature is not that of its issuer/);
  });

  test('a signature that was cut off or changed', async () => {
    const token = await fixture.token();
    const [, , signature = ''] = token.split('.');
    for (const other of ['', signature.slice(4), `AAAA${signature.slice(4)}`]) {
      await refuses(`Bearer ${tamper(token, { signature: other })}`, 'InvalidAuthenticationToken', /invalid/);
    }
  });

  test('a token of another issuer, even with our audience', async () => {
    const forge = await createForge('k', fixture.clock, {
      issuer: 'https://sts.windows.net/other/',
      audience: publicUrl,
    });
    const message = /from the wrong issuer 'https:\/\/sts\.windows\.net\/other\/'/;
    await refuses(`Bearer ${await forge.sign({})}`, 'InvalidAuthenticationTokenIssuer', message);
  });

  test('a token without an issuer', async () => {
    const forge = await createForge('k', fixture.clock, { issuer: '', audience: publicUrl });
    const token = await forge.sign({ iss: undefined });
    await refuses(`Bearer ${token}`, 'InvalidAuthenticationTokenIssuer', /wrong issuer ''/);
  });

  test('our issuer, signed by a key that is not ours', async () => {
    const forge = await createForge('a-key-of-mine', fixture.clock, {
      issuer: fixture.own.issuer,
      audience: publicUrl,
    });
    await refuses(`Bearer ${await forge.sign({})}`, 'InvalidAuthenticationToken', /publishes no key of that name/);
  });

  test('our issuer and our key’s name, signed by another key', async () => {
    const { id } = await fixture.signingKeys.signer();
    const forge = await createForge(id, fixture.clock, { issuer: fixture.own.issuer, audience: publicUrl });
    await refuses(`Bearer ${await forge.sign({})}`, 'InvalidAuthenticationToken', /signature is not that/);
  });

  test('a token that brings its own key in the header', async () => {
    const forge = await createForge('mine', fixture.clock, { issuer: fixture.own.issuer, audience: publicUrl });
    const token = await forge.sign({}, { jwk: forge.publicJwk, jku: 'https://attacker.example/keys' });
    await refuses(`Bearer ${token}`, 'InvalidAuthenticationToken', /publishes no key/);
  });

  test('a token that names no key, or is of another type', async () => {
    const forge = await createForge('k', fixture.clock, { issuer: fixture.own.issuer, audience: publicUrl });
    await refuses(`Bearer ${await forge.sign({}, { kid: undefined })}`, 'InvalidAuthenticationToken', /'kid'/);
    await refuses(
      `Bearer ${await forge.sign({}, { typ: 'logout+jwt' })}`,
      'InvalidAuthenticationToken',
      /'logout\+jwt'/,
    );
    await refuses(`Bearer ${await forge.sign({}, { typ: 7 })}`, 'InvalidAuthenticationToken', /'typ'/);
  });

  test('and never repeats the token', async () => {
    const token = tamper(await fixture.token(), { claims: { oid: 'x' } });
    await assert.rejects(authenticate(token), (error) => {
      assert.ok(error instanceof LongarmError);
      const said = `${error.message} ${error.stack} ${String(error.cause)}`;
      assert.ok(!token.split('.').some((part) => said.includes(part)), said);
      return true;
    });
  });
});
