import Type, { type Static } from 'typebox';

/** The answer to "is this authority real, and what are its other names?", which MSAL asks before it signs in. */
export const instanceSchema = Type.Object({
  tenant_discovery_endpoint: Type.String(),
  'api-version': Type.String(),
  metadata: Type.Array(
    Type.Object({
      preferred_network: Type.String(),
      preferred_cache: Type.String(),
      aliases: Type.Array(Type.String()),
    }),
  ),
});

/** The answer to an instance discovery. */
export type Instance = Static<typeof instanceSchema>;

/** Answers an instance discovery for the one authority there is: this server under its public name. */
export function toInstance(publicUrl: string, tenantId: string): Instance {
  const host = new URL(publicUrl).host;
  return {
    tenant_discovery_endpoint: `${publicUrl}/${tenantId}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}

/** Tells whether an authorization endpoint that a client asks about is on this server. */
export function isOwnAuthority(publicUrl: string, authorizationEndpoint: string): boolean {
  return URL.canParse(authorizationEndpoint) && new URL(authorizationEndpoint).host === new URL(publicUrl).host;
}
