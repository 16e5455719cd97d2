import type { Logger } from 'pino';
import { fetchJson } from '../auth/fetch-json.ts';
import { externalIssuer, ownIssuer, type TrustedIssuer } from '../auth/trusted-issuer.ts';
import type { SigningKeyRing } from '../auth/signing-keys.ts';
import type { Config } from '../config/config.ts';
import { ownIssuerName } from '../core/principal.ts';
import type { Clock } from '../ports/clock.ts';
import type { ServerIdentity } from './data-directory.ts';

/** All issuers whose tokens are taken: our own, and those of the configuration. */
export function trustedIssuers(
  config: Config,
  own: { readonly publicUrl: string; readonly identity: ServerIdentity; readonly signingKeys: SigningKeyRing },
  clock: Clock,
  log: Logger,
): readonly TrustedIssuer[] {
  const { publicUrl, identity, signingKeys } = own;
  const ours = ownIssuer({ publicUrl, tenantId: identity.tenantId, name: ownIssuerName(identity), signingKeys });
  const others = config.issuers.map(({ issuer, audiences, jwksUri, tenantId, acceptAzureArmTokens }) => {
    if (acceptAzureArmTokens) {
      log.warn(
        { issuer },
        'takes tokens that were made for Azure itself; whoever runs this server could use them there',
      );
    }
    const optional = { ...(jwksUri === undefined ? {} : { jwksUri }), ...(tenantId === undefined ? {} : { tenantId }) };
    return externalIssuer({ issuer, audiences, acceptAzureArmTokens, ...optional }, { clock, fetchJson });
  });
  return [ours, ...others];
}
