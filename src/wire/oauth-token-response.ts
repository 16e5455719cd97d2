import Type, { type Static } from 'typebox';
import { type Instant, msBetween } from '../core/instant.ts';
import type { TokenDialect } from './oauth-token-request.ts';

const count = (description: string) => Type.Union([Type.Integer(), Type.String()], { description });

/** The body of a granted token, RFC 6749 §5.1. The v1 endpoint writes numbers as text, as Entra's does. */
export const tokenResponseSchema = Type.Object({
  token_type: Type.Literal('Bearer'),
  expires_in: count('Seconds.'),
  ext_expires_in: count('Seconds.'),
  expires_on: Type.Optional(count('Seconds since 1970.')),
  not_before: Type.Optional(count('Seconds since 1970.')),
  resource: Type.Optional(Type.String()),
  access_token: Type.String(),
});

/** The body of a granted token. */
export type TokenResponse = Static<typeof tokenResponseSchema>;

/** A token and what a client is told about it. */
export interface GrantedToken {
  readonly accessToken: string;
  readonly resource: string;
  readonly notBefore: Instant;
  readonly expiresAt: Instant;
}

/** Writes a granted token as the endpoint's clients expect it. */
export function toTokenResponse(token: GrantedToken, dialect: TokenDialect): TokenResponse {
  // One second less: `notBefore` was rounded down, and a client must never think the token good for longer than it is.
  const seconds = Math.trunc(msBetween(token.notBefore, token.expiresAt) / 1000) - 1;
  if (dialect !== 'v1') {
    return { token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds, access_token: token.accessToken };
  }
  return {
    token_type: 'Bearer',
    expires_in: String(seconds),
    ext_expires_in: String(seconds),
    expires_on: String(Math.trunc(token.expiresAt / 1000)),
    not_before: String(Math.trunc(token.notBefore / 1000)),
    resource: token.resource,
    access_token: token.accessToken,
  };
}
