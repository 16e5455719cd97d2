import type { Instant } from '../../core/instant.ts';
import type { Sealer } from '../../ports/sealer.ts';
import type { SigningKey } from '../../ports/signing-keys.ts';
import { parseJsonObject } from './json-column.ts';

/** One row of `signing_keys`. The private key is sealed to its row. */
export interface SigningKeyRow {
  id: string;
  sealed_private_jwk: Uint8Array;
  created_at: Instant;
}

/** The columns of a signing key. */
export function signingKeyToRow(key: SigningKey, sealer: Sealer): SigningKeyRow {
  const jwk = Buffer.from(JSON.stringify(key.privateJwk));
  return { id: key.id, sealed_private_jwk: sealer.seal(place(key.id), jwk), created_at: key.createdAt };
}

/**
 * The signing key that a row holds.
 * @throws {SealError} when it was sealed under another key.
 */
export function signingKeyFromRow(row: SigningKeyRow, sealer: Sealer): SigningKey {
  const jwk = Buffer.from(sealer.open(place(row.id), row.sealed_private_jwk)).toString();
  return {
    id: row.id,
    privateJwk: parseJsonObject('signing_keys.sealed_private_jwk', jwk),
    createdAt: row.created_at,
  };
}

function place(id: string): string {
  return `signing_keys/${id}/private_jwk`;
}
