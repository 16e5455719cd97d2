import assert from 'node:assert/strict';
import { createHash, createHmac, createPublicKey } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader, type JWK, SignJWT } from 'jose';
import { createSigningKeyRing } from '../../src/auth/signing-keys.ts';
import { openStore } from '../../src/main/data-directory.ts';
import { systemClock } from '../../src/main/system-clock.ts';
import { createForge, tamper } from '../auth/forge-token.ts';
import { type Answered, type Call, type Client, type Served, startServed } from './served.ts';

const clusters = 'clusters: [{ resourceGroup: rg1, name: scripted, executor: scripted }]\n';

describe('tokens that are no good, at the socket', () => {
  let server: Served;
  let client: Client;
  let good: string;
  let path: string;
  before(async () => {
    server = await startServed(clusters);
    client = await server.client('pipeline', 'administrator', '/');
    good = await server.tokenOf(client);
    path = `${server.clusters}/scripted?api-version=2025-05-01`;
  });
  after(() => server.dispose());

  /** Every word of the answer that is not that of any other such answer. */
  function isProperRefusal(answer: Answered, code: RegExp): void {
    assert.equal(answer.status, 401, `${answer.status} ${answer.text}`);
    const { error }: { error: { code: string; message: string } } = JSON.parse(answer.text);
    assert.match(error.code, code);
    const challenge = String(answer.headers['www-authenticate']);
    assert.match(
      challenge,
      /^Bearer authorization_uri="https:\/\/[^"]+", error="invalid_token", error_description="[^"]+"$/,
    );
    assert.ok(challenge.includes(`${server.identity.tenantId}"`), challenge);
    assert.match(challenge, /^[\x20-\x7e]+$/);
    // Neither the token nor a stack, a file, a key or how a signature was compared.
    assert.doesNotMatch(answer.text, /eyJ|\bat .*:\d+|node_modules|\.ts\b|"(?:n|e|d|k)":/);
  }

  const refuses = async (call: Call, code = /AuthenticationToken/) => {
    isProperRefusal(await server.call('GET', path, call), code);
  };

  /** A token of the server's own, but for these claims: truly signed by the key in its data directory. */
  async function signed(claims: Record<string, unknown>): Promise<string> {
    const store = await openStore(server.dataDir);
    try {
      const { id, privateKey } = await createSigningKeyRing({ store, clock: systemClock }).signer();
      const header = { alg: 'RS256', typ: 'JWT', kid: id };
      return await new SignJWT({ ...decodeJwt(good), ...claims }).setProtectedHeader(header).sign(privateKey);
    } finally {
      await store.close();
    }
  }

  /** The server's claims and the name of its key, with changes, signed by a stranger who knows all but the key. */
  async function forged(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
    const forge = await createForge('forged', systemClock, { issuer: '', audience: '' });
    return forge.sign({ ...decodeJwt(good), ...claims }, { ...decodeProtectedHeader(good), ...header });
  }

  test('a good one opens the door, so that what is refused below is refused for what is wrong with it', async () => {
    assert.equal((await server.call('GET', path, { token: good })).status, 200);
    assert.equal((await server.call('GET', path, { token: await signed({}) })).status, 200);
    assert.equal((await server.call('GET', path, { headers: { authorization: `bearer ${good}` } })).status, 200);
  });

  const now = Math.trunc(Date.now() / 1000);
  const parts = () => good.split('.');
  const cases: readonly (readonly [string, () => Promise<string> | string])[] = [
    ['expired', () => signed({ exp: now - 3600 })],
    ['without an end', () => signed({ exp: undefined })],
    ['not yet good', () => signed({ nbf: now + 3600 })],
    ['for another audience', () => signed({ aud: 'https://graph.microsoft.com' })],
    ['for an audience that begins like ours', () => signed({ aud: 'https://management.azure.com.attacker.example' })],
    ['for no audience', () => signed({ aud: undefined })],
    ['of another issuer', () => signed({ iss: 'https://sts.windows.net/another/' })],
    ['of nobody', () => signed({ oid: undefined, sub: undefined })],
    ['of a stranger', () => forged({ iss: 'https://sts.windows.net/another/' })],
    ['signed by a stranger under our key’s name', () => forged()],
    ['signed by a stranger under a foreign kid', () => forged({}, { kid: 'foreign' })],
    ['with a kid that climbs to a file', () => forged({}, { kid: '../../../../../../dev/null' })],
    ['with a kid that is a query', () => forged({}, { kid: "' union select 'x" })],
    ['with a jku', () => forged({}, { kid: 'mine', jku: 'https://127.0.0.1:1/keys' })],
    ['with an x5u', () => forged({}, { kid: 'mine', x5u: 'https://127.0.0.1:1/chain' })],
    [
      'with a critical extension that is not known',
      () => tamper(good, { header: { crit: ['exp-check'], 'exp-check': 'off' } }),
    ],
    ['with an unencoded payload (b64: false)', () => tamper(good, { header: { crit: ['b64'], b64: false } })],
    ['with another person’s oid', () => tamper(good, { claims: { oid: 'root', sub: 'root' } })],
    ['of alg none', () => tamper(good, { header: { alg: 'none' }, signature: '' })],
    ['of alg nOnE with the old signature', () => tamper(good, { header: { alg: 'nOnE' } })],
    ['of no alg', () => tamper(good, { header: { alg: undefined } })],
    ['without a signature', () => parts().slice(0, 2).join('.')],
    ['with an empty signature', () => tamper(good, { signature: '' })],
    ['with the signature of another token', () => tamper(good, { claims: { jti: 'another' } })],
    ['encrypted, by its form', () => `${good}.AAAA.AAAA`],
    ['a word', () => 'letmein'],
    ['JSON', () => Buffer.from('{"alg":"RS256"}').toString()],
    ['48 KiB of dots', () => '.'.repeat(48 * 1024)],
    ['a header of 40 KB of brackets', () => `${Buffer.from('['.repeat(30_000)).toString('base64url')}.e30.AAAA`],
  ];
  for (const [what, make] of cases) {
    test(`one that is ${what} is 401, with a challenge and no detail`, async () => {
      await refuses({ token: await make() });
    });
  }

  test('one that is a megabyte long is more than headers may be, and is refused before it is looked at', async () => {
    const answer = await server.call('GET', path, { token: `${parts()[0]}.${'A'.repeat(1024 * 1024)}.AAAA` });
    assert.equal(answer.status, 431);
    assert.match(answer.text, /"code":"RequestHeaderFieldsTooLarge".* 65536 bytes/);
  });

  test('HS256 with the public key as its secret, in each form in which it is published, is 401', async () => {
    const keys = await server.call('GET', `/${server.identity.tenantId}/discovery/v2.0/keys`);
    const published: { keys: (JWK & { x5c?: string[] })[] } = JSON.parse(keys.text);
    for (const jwk of published.keys) {
      const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
      const secrets = [
        key.export({ type: 'spki', format: 'pem' }),
        key.export({ type: 'spki', format: 'der' }),
        key.export({ type: 'pkcs1', format: 'pem' }),
        JSON.stringify(jwk),
        Buffer.from(jwk.n ?? '', 'base64url'),
        '',
      ];
      for (const alg of ['HS256', 'HS512']) {
        const unsigned = tamper(good, { header: { alg } }).split('.').slice(0, 2).join('.');
        const algorithm = alg === 'HS256' ? 'sha256' : 'sha512';
        for (const secret of secrets) {
          const signature = createHmac(algorithm, secret).update(unsigned).digest('base64url');
          await refuses({ token: `${unsigned}.${signature}` });
        }
      }
    }
  });

  test('a header or claim of whatever type is refused, and is never our own fault', async () => {
    const values: readonly unknown[] = [
      null,
      true,
      0,
      -1,
      1e308,
      '',
      [],
      ['RS256'],
      {},
      { toString: 'x' },
      '\u202e\u009b31m',
      'x'.repeat(9000),
    ];
    const parameters = {
      header: ['alg', 'kid', 'typ', 'cty', 'crit', 'b64', 'jwk'],
      claims: ['iss', 'aud', 'exp', 'nbf', 'tid'],
    };
    for (const [where, fields] of Object.entries(parameters)) {
      for (const field of fields) {
        for (const value of values) await refuses({ token: tamper(good, { [where]: { [field]: value } }) });
      }
    }
  });

  test('a key that the token brings along itself, under our key’s name, is not used', async () => {
    const stranger = await createForge('mine', systemClock, { issuer: '', audience: '' });
    const { kid } = decodeProtectedHeader(good);
    const jwk = { ...stranger.publicJwk, kid };
    await refuses({ token: await stranger.sign(decodeJwt(good), { kid, jwk }) });
  });

  test('two Authorization headers are refused, whichever of them is the good one', async () => {
    const bearer = `Bearer ${good}`;
    for (const authorization of [
      [bearer, 'Bearer letmein'],
      ['Bearer letmein', bearer],
      [bearer, bearer],
    ]) {
      await refuses({ headers: { authorization } });
    }
  });

  test('a token anywhere but in the Authorization header counts for nothing', async () => {
    const nowhere: readonly (readonly [string, Call])[] = [
      [`${path}&access_token=${good}`, {}],
      [`${path}&token=${good}`, {}],
      [path, { headers: { 'x-ms-authorization': `Bearer ${good}`, 'proxy-authorization': `Bearer ${good}` } }],
      [path, { headers: { cookie: `access_token=${good}` } }],
      [path, { headers: { authorization: `Basic ${Buffer.from(`x:${good}`).toString('base64')}` } }],
      [path, { headers: { authorization: good } }],
    ];
    for (const [where, call] of nowhere) isProperRefusal(await server.call('GET', where, call), /AuthenticationFailed/);
    const posted = await server.call('POST', `${server.clusters}/scripted/runCommand?api-version=2025-05-01`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      rawBody: `access_token=${good}`,
    });
    isProperRefusal(posted, /AuthenticationFailed/);
  });

  test('of all these tokens nothing was logged, nor of the good one, and the refusals took a line in ten seconds', () => {
    const said = server.said();
    for (const part of [...parts(), good, client.clientSecret]) assert.ok(!said.includes(part), 'a part of a token');
    assert.doesNotMatch(said, /eyJ/);
    const digest = createHash('sha256').update(good).digest();
    for (const form of ['hex', 'base64', 'base64url'] as const) assert.ok(!said.includes(digest.toString(form)));
    const lines = said.split('\n').filter((line) => line.includes('refused a token'));
    assert.ok(lines.length >= 1 && lines.length <= 12, `${lines.length} lines`);
  });
});
