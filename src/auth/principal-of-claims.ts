import type { JWTPayload } from 'jose';
import { LongarmError } from '../core/error-code.ts';
import type { Principal } from '../core/principal.ts';
import { printable } from '../wire/oauth-printable.ts';

const maxIdLength = 256;
const delegatedScope = 'user_impersonation';

/**
 * Who a verified token speaks for. Source: Entra's access token claims; without an `oid` the `sub` counts.
 * @throws {LongarmError} `InvalidAuthenticationToken` for delegated tokens without the scope `user_impersonation`, for
 * ID tokens (they say who signed in to another application, not that anybody may call this one), and for tokens without
 * a subject.
 */
export function principalOfClaims(issuer: string, claims: JWTPayload): Principal {
  const scopes = scopesOf(claims);
  if (scopes === undefined) refuseIdTokens(claims);
  else if (!scopes.includes(delegatedScope)) {
    throw invalid(`it was issued to a user without the scope '${delegatedScope}'.`);
  }
  const id = textClaim(claims, 'oid') ?? textClaim(claims, 'sub');
  if (id === undefined || id.length > maxIdLength) throw invalid("it names no subject by 'oid' or 'sub'.");
  const names =
    scopes === undefined
      ? ['app_displayname', 'appid', 'azp', 'preferred_username', 'upn', 'name']
      : ['preferred_username', 'upn', 'unique_name', 'name', 'appid', 'azp'];
  const name = names.map((claim) => textClaim(claims, claim)).find((text) => text !== undefined);
  return { issuer, id, displayName: printable(name ?? id) };
}

/** The delegated scopes; `undefined` for a token that an application got for itself. */
function scopesOf(claims: JWTPayload): readonly string[] | undefined {
  const { scp } = claims;
  if (scp === undefined) return undefined;
  if (typeof scp === 'string') return scp.split(' ');
  if (Array.isArray(scp)) return scp.filter((scope) => typeof scope === 'string');
  throw invalid("its claim 'scp' is neither text nor a list.");
}

function refuseIdTokens(claims: JWTPayload): void {
  // OpenID Connect Core §2 and §3.3.2.11: only ID tokens of an interactive sign-in carry these.
  const isIdToken = ['nonce', 'at_hash', 'c_hash'].some((claim) => claims[claim] !== undefined);
  // Entra: a token without `scp` whose `sub` is not its `oid` is a user's ID token, unless it says otherwise.
  const isUsers =
    claims['tid'] !== undefined &&
    claims['oid'] !== undefined &&
    claims['oid'] !== claims.sub &&
    claims['idtyp'] !== 'app';
  if (isIdToken || isUsers) throw invalid('it is an ID token. Ask the issuer for an access token.');
}

function textClaim(claims: JWTPayload, name: string): string | undefined {
  const value = claims[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function invalid(reason: string): LongarmError {
  return new LongarmError('InvalidAuthenticationToken', `The access token is invalid: ${reason}`);
}
