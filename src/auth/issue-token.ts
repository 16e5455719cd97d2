import { SignJWT } from 'jose';
import { addMs, instantFromMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { RegisteredClient } from '../ports/directory.ts';
import type { Ids } from '../ports/ids.ts';
import type { GrantedToken } from '../wire/oauth-token-response.ts';
import { issuerOf } from '../wire/openid-configuration.ts';
import { signingAlgorithm } from './signing-key.ts';
import { type SigningKeyRing, tokenLifeMs } from './signing-keys.ts';

/**
 * Signs an access token for a client, good for an hour. The claims are those of Entra's app tokens, v1's `appid` and
 * v2's `azp` both, so that validators written for either find what they look for.
 */
export async function issueToken(
  grant: {
    readonly client: RegisteredClient;
    readonly resource: string;
    readonly tenantId: string;
    readonly publicUrl: string;
  },
  world: { readonly signingKeys: SigningKeyRing; readonly clock: Clock; readonly ids: Ids },
): Promise<GrantedToken> {
  const { client, resource, tenantId } = grant;
  const notBefore = instantFromMs(Math.trunc(world.clock.now() / 1000) * 1000);
  const expiresAt = addMs(notBefore, tokenLifeMs);
  const signer = await world.signingKeys.signer();
  const accessToken = await new SignJWT({
    aud: resource,
    iss: issuerOf(grant.publicUrl, tenantId),
    iat: notBefore / 1000,
    nbf: notBefore / 1000,
    exp: expiresAt / 1000,
    appid: client.id,
    app_displayname: client.name,
    appidacr: '1',
    azp: client.id,
    azpacr: '1',
    idtyp: 'app',
    oid: client.principalId,
    sub: client.principalId,
    tid: tenantId,
    uti: world.ids.uuid(),
    ver: '2.0',
  })
    .setProtectedHeader({ typ: 'JWT', alg: signingAlgorithm, kid: signer.id })
    .sign(signer.privateKey);
  return { accessToken, resource, notBefore, expiresAt };
}
