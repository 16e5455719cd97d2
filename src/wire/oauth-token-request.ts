import Type from 'typebox';
import { parseBasicCredentials } from './oauth-basic.ts';
import { OAuthError } from './oauth-error.ts';
import { printable } from './oauth-printable.ts';

/** Which of the three token endpoints was asked: they differ in where the resource stands. */
export type TokenDialect = 'v1' | 'v2' | 'adfs';

/** A request for a token by client credentials. */
export interface TokenRequest {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The audience that is asked for, verbatim. */
  readonly resource: string;
}

/** The form that the token endpoint takes. Clients send more, which is ignored; what is missing gets an OAuth error. */
export const tokenRequestSchema = Type.Object(
  {
    grant_type: Type.Optional(Type.String({ description: 'client_credentials' })),
    client_id: Type.Optional(Type.String({ description: 'Here, or in HTTP Basic.' })),
    client_secret: Type.Optional(Type.String({ description: 'Here, or in HTTP Basic.' })),
    scope: Type.Optional(Type.String({ description: 'Space-separated; one entry is the resource with `/.default`.' })),
    resource: Type.Optional(Type.String({ description: 'The resource, at the v1 and AD FS endpoints.' })),
  },
  { additionalProperties: true },
);

const defaultSuffix = '/.default';

/**
 * Reads a client credentials request, RFC 6749 §4.4.2, from the decoded form and the `Authorization` header.
 * @throws {OAuthError} with Entra's words for what is missing or unknown.
 */
export function parseTokenRequest(
  form: unknown,
  authorization: string | undefined,
  dialect: TokenDialect,
): TokenRequest {
  const fields = textFields(form);
  const grantType = required(fields, 'grant_type');
  if (grantType !== 'client_credentials') {
    throw new OAuthError(
      'unsupported_grant_type',
      70003,
      `The app requested an unsupported grant type '${printable(grantType)}'. Longarm issues tokens for 'client_credentials'.`,
    );
  }
  return { ...readCredentials(fields, authorization), resource: readResource(fields, dialect) };
}

/**
 * The resource of a list of scopes: the first entry that ends in `/.default`, less exactly that suffix, so that
 * `https://management.core.windows.net//.default` keeps the slash that belongs to the resource.
 */
export function resourceOfScope(scope: string): string | undefined {
  const entry = scope.split(/\s+/).find((one) => one.endsWith(defaultSuffix) && one.length > defaultSuffix.length);
  return entry?.slice(0, -defaultSuffix.length);
}

function readCredentials(fields: Fields, authorization: string | undefined): Omit<TokenRequest, 'resource'> {
  const basic = parseBasicCredentials(authorization);
  if (basic === 'malformed') {
    throw new OAuthError('invalid_client', 900023, "The 'Authorization' header is not well-formed HTTP Basic.");
  }
  if (basic !== undefined) {
    const bodyId = fields.get('client_id');
    if (fields.has('client_secret') || (bodyId !== undefined && bodyId !== basic.clientId)) {
      throw new OAuthError(
        'invalid_request',
        90014,
        'The client identified itself both in the header and in the body.',
      );
    }
    return basic;
  }
  const clientId = required(fields, 'client_id');
  const clientSecret = fields.get('client_secret');
  if (clientSecret !== undefined) return { clientId, clientSecret };
  const reason = fields.has('client_assertion')
    ? 'Longarm does not take client assertions: sign in with a client secret.'
    : "The request body must contain the following parameter: 'client_secret'.";
  throw new OAuthError('invalid_client', 7000218, reason);
}

function readResource(fields: Fields, dialect: TokenDialect): string {
  const resource = dialect === 'v2' ? undefined : fields.get('resource');
  if (resource !== undefined) return resource;
  if (dialect === 'v1' && !fields.has('scope')) return required(fields, 'resource');
  const scope = required(fields, 'scope');
  const named = resourceOfScope(scope);
  if (named !== undefined) return named;
  throw new OAuthError(
    'invalid_scope',
    1002012,
    `The provided value for scope ${printable(scope)} is not valid. Client credential flows must have a scope value ` +
      'with /.default suffixed to the resource identifier (application ID URI).',
  );
}

type Fields = ReadonlyMap<string, string>;

/** The form's non-empty text fields. RFC 6749 §3.2: a parameter without a value counts as omitted. */
function textFields(form: unknown): Fields {
  if (typeof form !== 'object' || form === null) return new Map();
  const entries = Object.entries(form).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return new Map(entries.filter(([, value]) => value !== ''));
}

function required(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (value === undefined) {
    const message = `The request body must contain the following parameter: '${name}'.`;
    throw new OAuthError('invalid_request', 900144, message);
  }
  return value;
}
