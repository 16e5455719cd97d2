import type { JWTVerifyGetKey } from 'jose';
import type { Clock } from '../ports/clock.ts';
import { issuerOf } from '../wire/openid-configuration.ts';
import { armAudiences, ownAudiences } from './audience.ts';
import { type FetchJson, isFetchable } from './fetch-json.ts';
import { createRemoteKeys } from './remote-keys.ts';
import type { SigningKeyRing } from './signing-keys.ts';

/** An issuer whose tokens are taken, and for which audiences. */
export interface TrustedIssuer {
  /** Compared exactly with `iss`. */
  readonly issuer: string;
  /** What its principals are filed under: the same as `issuer` but for our own, whose URL may change. */
  readonly name: string;
  /** What a token's `tid` must be, in any case; absent where the issuer is one tenant's alone or knows none. */
  readonly tenantId?: string;
  /** A token must be for one of them, verbatim. */
  readonly audiences: readonly string[];
  /** Finds the public key that a token names by `kid`. */
  readonly keyFor: JWTVerifyGetKey;
}

/** What the operator says of an issuer that is not ours: Entra ID, or any other OpenID provider. */
export interface ExternalIssuerSettings {
  readonly issuer: string;
  /** Audiences that this issuer uses for Longarm and for nothing else. */
  readonly audiences: readonly string[];
  /** What the `tid` of its tokens must be; without it, `tid` is not looked at. */
  readonly tenantId?: string;
  /** Where its keys are; without it, its discovery document says so. */
  readonly jwksUri?: string;
  /**
   * Takes tokens that were made for Azure Resource Manager. Whoever runs this server could then use them against
   * Azure, so whoever sets it should be warned.
   */
  readonly acceptAzureArmTokens?: boolean;
}

/** Settings of an issuer that cannot be used; the message says which and why. */
export class IssuerSettingsError extends Error {
  override readonly name = 'IssuerSettingsError';
}

/**
 * Our own issuer: the token endpoint of this server. `publicUrl` has no trailing slash. `name` outlives a change of it,
 * and with it the role assignments of our clients.
 */
export function ownIssuer(own: {
  readonly publicUrl: string;
  readonly tenantId: string;
  readonly name: string;
  readonly signingKeys: SigningKeyRing;
}): TrustedIssuer {
  return {
    issuer: issuerOf(own.publicUrl, own.tenantId),
    name: own.name,
    audiences: ownAudiences(own.publicUrl),
    keyFor: own.signingKeys.keyFor,
  };
}

/**
 * An issuer from the configuration. Nothing is fetched before its first token comes.
 * @throws {IssuerSettingsError} where it has no audience of its own, claims ARM's without saying so, or has a URL that
 * is not https (http is taken on loopback).
 */
export function externalIssuer(
  settings: ExternalIssuerSettings,
  world: { readonly clock: Clock; readonly fetchJson: FetchJson },
): TrustedIssuer {
  const { issuer, jwksUri, tenantId, acceptAzureArmTokens = false } = settings;
  for (const url of [issuer, ...(jwksUri === undefined ? [] : [jwksUri])]) {
    if (!isFetchable(url)) throw new IssuerSettingsError(`Issuer '${issuer}': '${url}' is not an https URL.`);
  }
  const azures = settings.audiences.filter((audience) => armAudiences.includes(audience));
  if (azures.length > 0 && !acceptAzureArmTokens) {
    throw new IssuerSettingsError(
      `Issuer '${issuer}': tokens for '${azures.join("', '")}' are good for Azure itself. Register an audience for ` +
        'Longarm with the issuer, or set acceptAzureArmTokens if you mean it.',
    );
  }
  const audiences = acceptAzureArmTokens ? [...settings.audiences, ...armAudiences] : settings.audiences;
  if (audiences.length === 0 || audiences.includes('')) {
    throw new IssuerSettingsError(`Issuer '${issuer}' needs at least one audience that it uses for Longarm alone.`);
  }
  const keyFor = createRemoteKeys({ issuer, jwksUri, ...world });
  return { issuer, name: issuer, audiences, keyFor, ...(tenantId === undefined ? {} : { tenantId }) };
}
