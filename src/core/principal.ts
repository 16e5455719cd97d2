/**
 * Who a request comes from. Its identity is `(issuer, id)` and nothing else: names are for people and may
 * change hands.
 */
export interface Principal {
  /** The issuer of the token, verbatim. */
  readonly issuer: string;
  /** `oid`, or `sub` where the issuer has no `oid`. */
  readonly id: string;
  /** What a person would call it: an application's id or a user's name. Never used to decide. */
  readonly displayName: string;
}

/** The key under which a principal is stored and compared. */
export function principalKey(principal: Pick<Principal, 'issuer' | 'id'>): string {
  return `${principal.issuer}|${principal.id}`;
}

/**
 * The issuer that principals of a server's own tokens are filed under: its URL may change, and role assignments must
 * outlive that (docs/adr/0008-the-own-issuer-has-a-stable-name.md).
 */
export function ownIssuerName({ tenantId }: { readonly tenantId: string }): string {
  return `urn:longarm:tenant:${tenantId}`;
}
