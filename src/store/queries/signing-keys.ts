import type { Kysely } from 'kysely';
import type { Sealer } from '../../ports/sealer.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import { signingKeyFromRow, signingKeyToRow } from '../rows/signing-key-row.ts';
import type { Tables } from '../rows/tables.ts';

/** The signing keys in a database, sealed. */
export function createSigningKeys(db: Kysely<Tables>, sealer: Sealer): SigningKeys {
  return {
    async signingKeys() {
      const rows = await db
        .selectFrom('signing_keys')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map((row) => signingKeyFromRow(row, sealer));
    },
    async addSigningKey(key) {
      await db.insertInto('signing_keys').values(signingKeyToRow(key, sealer)).execute();
    },
    async removeSigningKey(id) {
      await db.deleteFrom('signing_keys').where('id', '=', id).execute();
    },
  };
}
