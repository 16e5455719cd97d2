import type { Directory } from '../../ports/directory.ts';
import { clientFromRow, clientToRow } from '../rows/client-row.ts';
import type { Session } from './session.ts';

/** The part of the directory that keeps registered clients. */
export function clientQueries(
  session: Session,
): Pick<Directory, 'findClient' | 'clients' | 'saveClient' | 'removeClient'> {
  return {
    async findClient(id) {
      const row = await session.db
        .selectFrom('clients')
        .selectAll()
        .where('id_key', '=', id.toLowerCase())
        .executeTakeFirst();
      return row && clientFromRow(row);
    },
    async clients() {
      const rows = await session.db.selectFrom('clients').selectAll().orderBy('name').orderBy('id_key').execute();
      return rows.map(clientFromRow);
    },
    async saveClient(client) {
      const { id_key, ...columns } = clientToRow(client);
      await session.db
        .insertInto('clients')
        .values({ id_key, ...columns })
        .onConflict((conflict) => conflict.column('id_key').doUpdateSet(columns))
        .execute();
    },
    async removeClient(id) {
      await session.db.deleteFrom('clients').where('id_key', '=', id.toLowerCase()).execute();
    },
  };
}
