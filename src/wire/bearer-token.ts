import { LongarmError } from '../core/error-code.ts';

/** The largest access token that is looked at. Tokens with hundreds of groups stay well below it. */
const maxTokenBytes = 48 * 1024;

/**
 * Takes the token out of an `Authorization` header, RFC 6750 §2.1. The scheme's case is ignored.
 * @throws {LongarmError} `AuthenticationFailed` without a bearer token, `InvalidAuthenticationToken` for one that is
 * too large or no token by its characters. The messages never repeat the header.
 */
export function parseBearerToken(authorization: string | undefined): string {
  if (authorization === undefined || authorization.trim() === '') {
    throw new LongarmError('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
  }
  if (!/^bearer(?: |$)/i.test(authorization)) {
    throw new LongarmError(
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header does not carry a bearer token.",
    );
  }
  const token = authorization.slice('bearer '.length).trim();
  if (token.length > maxTokenBytes) {
    throw new LongarmError(
      'InvalidAuthenticationToken',
      `The access token is invalid: it has ${token.length} bytes, and at most ${maxTokenBytes} are taken.`,
    );
  }
  if (!/^[\w.~+/-]+=*$/.test(token)) {
    throw new LongarmError('InvalidAuthenticationToken', 'The access token is invalid: it is no JSON Web Token.');
  }
  return token;
}
