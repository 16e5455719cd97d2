import type { LongarmError } from '../core/error-code.ts';

/**
 * The value of `WWW-Authenticate` for a 401, RFC 6750 §3 in ARM's form. Tools ask without a token and read the tenant
 * out of `authorization_uri`.
 */
export function wwwAuthenticate(challenge: {
  readonly tenantId: string;
  /** Where clients sign in: our public URL, or another issuer's. A slash at its end is dropped. */
  readonly loginUrl: string;
  readonly error: LongarmError;
}): string {
  const uri = `${challenge.loginUrl.replace(/\/+$/, '')}/${challenge.tenantId}`;
  const parameters = { authorization_uri: uri, error: 'invalid_token', error_description: challenge.error.message };
  const quoted = Object.entries(parameters).map(([name, value]) => `${name}="${quotable(value)}"`);
  return `Bearer ${quoted.join(', ')}`;
}

// RFC 6750 §3: neither quote nor backslash, and nothing outside printable ASCII, may stand in these values.
function quotable(text: string): string {
  return text
    .replace(/["\\]/g, "'")
    .replace(/[‘’]/g, "'")
    .replace(/[^\x20-\x7e]/g, '?');
}
