import type { Sealer } from '../../ports/sealer.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import { signingKeyFromRow, signingKeyToRow } from '../rows/signing-key-row.ts';
import type { Session } from './session.ts';

/** The signing keys in a database, sealed. */
export function createSigningKeys(session: Session, sealer: Sealer): SigningKeys {
  return {
    async signingKeys() {
      const rows = await session.db
        .selectFrom('signing_keys')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map((row) => signingKeyFromRow(row, sealer));
    },
    async addSigningKey(key) {
      await session.db.insertInto('signing_keys').values(signingKeyToRow(key, sealer)).execute();
    },
    async removeSigningKey(id) {
      await session.db.deleteFrom('signing_keys').where('id', '=', id).execute();
    },
  };
}
