/** A client's id and secret. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Reads HTTP Basic client credentials, RFC 6749 §2.3.1: both halves are form-encoded, then joined by a colon, then in
 * base64. `undefined` where the header is absent or of another scheme; an error word where it is malformed.
 */
export function parseBasicCredentials(authorization: string | undefined): ClientCredentials | 'malformed' | undefined {
  const match = /^basic (.*)$/i.exec(authorization ?? '');
  if (match === null) return undefined;
  const encoded = match[1]?.trim() ?? '';
  if (!/^[A-Za-z0-9+/]+=*$/.test(encoded)) return 'malformed';
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return 'malformed';
  const clientId = formDecode(text.slice(0, colon));
  const clientSecret = formDecode(text.slice(colon + 1));
  return clientId === undefined || clientSecret === undefined ? 'malformed' : { clientId, clientSecret };
}

function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // A percent sign that encodes nothing: the caller says that the header is malformed.
    return undefined;
  }
}
