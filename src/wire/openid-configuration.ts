import Type, { type Static } from 'typebox';
import type { TokenDialect } from './oauth-token-request.ts';

/** The discovery document, OpenID Connect Discovery 1.0 §3, as far as client credentials need it. */
export const openIdConfigurationSchema = Type.Object({
  issuer: Type.String(),
  authorization_endpoint: Type.String(),
  token_endpoint: Type.String(),
  jwks_uri: Type.String(),
  token_endpoint_auth_methods_supported: Type.Array(Type.String()),
  grant_types_supported: Type.Array(Type.String()),
  response_types_supported: Type.Array(Type.String()),
  response_modes_supported: Type.Array(Type.String()),
  subject_types_supported: Type.Array(Type.String()),
  id_token_signing_alg_values_supported: Type.Array(Type.String()),
  scopes_supported: Type.Array(Type.String()),
  claims_supported: Type.Array(Type.String()),
});

/** The discovery document. */
export type OpenIdConfiguration = Static<typeof openIdConfigurationSchema>;

/** The `iss` of our own tokens. `publicUrl` has no trailing slash. */
export function issuerOf(publicUrl: string, tenantId: string): string {
  return `${publicUrl}/${tenantId}/v2.0`;
}

/**
 * The discovery document of one of the three dialects. All name one issuer and one key set; the token endpoint differs,
 * and MSAL takes its first path segment for the tenant.
 *
 * The specification and MSAL require `authorization_endpoint`; nobody can sign in there. There is deliberately no
 * `device_authorization_endpoint`: without it clients say at once that the device flow is not supported.
 */
export function openIdConfiguration(publicUrl: string, tenantId: string, dialect: TokenDialect): OpenIdConfiguration {
  const endpoints = endpointsOf(tenantId, dialect);
  return {
    issuer: issuerOf(publicUrl, tenantId),
    authorization_endpoint: publicUrl + endpoints.authorize,
    token_endpoint: publicUrl + endpoints.token,
    jwks_uri: publicUrl + endpoints.keys,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    grant_types_supported: ['client_credentials'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'offline_access'],
    claims_supported: ['aud', 'appid', 'azp', 'exp', 'iat', 'idtyp', 'iss', 'nbf', 'oid', 'sub', 'tid', 'uti', 'ver'],
  };
}

function endpointsOf(tenantId: string, dialect: TokenDialect) {
  switch (dialect) {
    case 'v2':
      return {
        authorize: `/${tenantId}/oauth2/v2.0/authorize`,
        token: `/${tenantId}/oauth2/v2.0/token`,
        keys: `/${tenantId}/discovery/v2.0/keys`,
      };
    case 'v1':
      return {
        authorize: `/${tenantId}/oauth2/authorize`,
        token: `/${tenantId}/oauth2/token`,
        keys: `/${tenantId}/discovery/v2.0/keys`,
      };
    case 'adfs':
      return { authorize: '/adfs/oauth2/authorize', token: '/adfs/oauth2/token', keys: '/adfs/discovery/keys' };
  }
}
