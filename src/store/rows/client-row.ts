import type { Instant } from '../../core/instant.ts';
import type { ClientId, RegisteredClient } from '../../ports/directory.ts';

/** One row of `clients`. `id_key` is the id in lower case. */
export interface ClientRow {
  id_key: string;
  id: ClientId;
  principal_id: string;
  name: string;
  secret_sha256: string;
  created_at: Instant;
}

/** The columns of a registered client. */
export function clientToRow(client: RegisteredClient): ClientRow {
  return {
    id_key: client.id.toLowerCase(),
    id: client.id,
    principal_id: client.principalId,
    name: client.name,
    secret_sha256: client.secretSha256,
    created_at: client.createdAt,
  };
}

/** The registered client that a row holds. */
export function clientFromRow(row: ClientRow): RegisteredClient {
  return {
    id: row.id,
    principalId: row.principal_id,
    name: row.name,
    secretSha256: row.secret_sha256,
    createdAt: row.created_at,
  };
}
