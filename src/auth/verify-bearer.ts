import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { LongarmError } from '../core/error-code.ts';
import { instantFromMs } from '../core/instant.ts';
import type { Principal } from '../core/principal.ts';
import type { Clock } from '../ports/clock.ts';
import { parseBearerToken } from '../wire/bearer-token.ts';
import { printable } from '../wire/oauth-printable.ts';
import { principalOfClaims } from './principal-of-claims.ts';
import { toTokenError } from './token-error.ts';
import { IssuerSettingsError, type TrustedIssuer } from './trusted-issuer.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

/** Signatures by a key that only the issuer has. Never `none`, never a shared secret. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];

/** The kinds of token that are access tokens, or do not say (RFC 9068 §2.1). */
const tokenTypes: readonly unknown[] = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];

const leewaySeconds = 120;

/** Says who a request comes from. */
export interface Authenticator {
  /**
   * Verifies the bearer token of a request.
   * @throws {LongarmError} a 401 of the catalogue; `ServiceUnavailable` when the issuer's keys cannot be had.
   */
  authenticate(authorizationHeader: string | undefined): Promise<Principal>;
}

/**
 * An authenticator that trusts these issuers. Order of the checks: size and form, algorithm and `kid`, issuer,
 * signature, audience, times (with two minutes of leeway), tenant, then whom the token speaks for.
 * @throws {IssuerSettingsError} when an issuer, or the name of one, occurs twice.
 */
export function createAuthenticator(options: {
  readonly issuers: readonly TrustedIssuer[];
  readonly clock: Clock;
}): Authenticator {
  const { clock } = options;
  const issuers = new Map(options.issuers.map((issuer) => [issuer.issuer, issuer]));
  const names = new Set(options.issuers.map(({ name }) => name));
  // Two issuers under one name could speak for each other's principals.
  if (Math.min(issuers.size, names.size) !== options.issuers.length) {
    throw new IssuerSettingsError('An issuer is configured twice, or under the name of another.');
  }
  const verified = createVerifiedTokens(clock);
  return {
    async authenticate(authorizationHeader) {
      const token = parseBearerToken(authorizationHeader);
      const known = verified.find(token);
      if (known !== undefined) return known;
      const issuer = findIssuer(issuers, token);
      const claims = await verifyClaims(token, issuer, clock);
      checkTenant(issuer, claims);
      const principal = principalOfClaims(issuer.name, claims);
      verified.remember(token, principal, instantFromMs((claims.exp ?? 0) * 1000));
      return principal;
    },
  };
}

function findIssuer(issuers: ReadonlyMap<string, TrustedIssuer>, token: string): TrustedIssuer {
  const { header, claims } = decode(token);
  if (header.alg === undefined || !algorithms.includes(header.alg)) {
    throw invalid(`it is signed by '${printable(header.alg ?? '', 20)}'; taken are ${algorithms.join(', ')}.`);
  }
  if (typeof header.kid !== 'string' || header.kid === '') throw invalid("it does not name its key by 'kid'.");
  if (!tokenTypes.includes(header.typ?.toLowerCase())) {
    throw invalid(`it is a '${printable(header.typ ?? '', 40)}', not an access token.`);
  }
  const issuer = issuers.get(claims.iss ?? '');
  if (issuer === undefined) {
    throw new LongarmError(
      'InvalidAuthenticationTokenIssuer',
      `The access token is from the wrong issuer '${printable(claims.iss ?? '')}'. It must match one of the issuers that ` +
        'this server trusts. Please use the authority of its WWW-Authenticate header to get the token.',
    );
  }
  return issuer;
}

/** What a token says, before anything of it is proven. */
function decode(token: string) {
  try {
    const header = decodeProtectedHeader(token);
    const claims = decodeJwt(token);
    // Whoever made the token may have put anything there, whatever the types of the library say.
    for (const [name, value] of Object.entries({ alg: header.alg, typ: header.typ, iss: claims.iss })) {
      if (value !== undefined && typeof value !== 'string') throw invalid(`its '${name}' is not text.`);
    }
    return { header, claims };
  } catch (cause) {
    if (cause instanceof LongarmError) throw cause;
    throw invalid('it is no signed JSON Web Token.', cause);
  }
}

async function verifyClaims(token: string, issuer: TrustedIssuer, clock: Clock): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, issuer.keyFor, {
      algorithms,
      issuer: issuer.issuer,
      audience: [...issuer.audiences],
      requiredClaims: ['exp'],
      clockTolerance: leewaySeconds,
      currentDate: new Date(clock.now()),
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw toTokenError(error, issuer, clock.now());
    throw error;
  }
}

function checkTenant({ tenantId }: TrustedIssuer, { tid }: JWTPayload): void {
  if (tenantId === undefined) return;
  const given = typeof tid === 'string' ? tid : '';
  if (given.toLowerCase() === tenantId.toLowerCase()) return;
  throw new LongarmError(
    'InvalidAuthenticationTokenIssuer',
    `The access token is from the wrong tenant '${printable(given)}'. It must be from the tenant '${tenantId}'.`,
  );
}

function invalid(reason: string, cause?: unknown): LongarmError {
  return new LongarmError('InvalidAuthenticationToken', `The access token is invalid: ${reason}`, { cause });
}
