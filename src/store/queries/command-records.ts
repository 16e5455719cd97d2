import type { Kysely } from 'kysely';
import { isTerminal } from '../../core/command.ts';
import type { CommandStore } from '../../ports/command-store.ts';
import type { Sealer } from '../../ports/sealer.ts';
import { commandFromRow, factsToRow, stateToRow } from '../rows/command-row.ts';
import { payloadFromRow, payloadToRow } from '../rows/payload-row.ts';
import type { Tables } from '../rows/tables.ts';

/** The part of the command store that keeps single commands with their payloads. */
export function recordQueries(
  db: Kysely<Tables>,
  sealer: Sealer,
): Pick<CommandStore, 'insert' | 'save' | 'find' | 'get' | 'payload' | 'remove'> {
  return {
    async insert(command, payload) {
      const { id } = command.facts;
      await db
        .insertInto('commands')
        .values({ ...factsToRow(command.facts), ...stateToRow(command) })
        .execute();
      await db
        .insertInto('command_payloads')
        .values(payloadToRow(id, payload, sealer))
        .execute();
    },
    async save(command, fromRevision) {
      const { id } = command.facts;
      const { numUpdatedRows } = await db
        .updateTable('commands')
        .set(stateToRow(command))
        .where('id', '=', id)
        .where('revision', '=', fromRevision)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) return false;
      if (isTerminal(command)) await db.deleteFrom('command_payloads').where('command_id', '=', id).execute();
      return true;
    },
    async find(clusterUid, id) {
      const row = await db
        .selectFrom('commands')
        .selectAll()
        .where('id', '=', id)
        .where('cluster_uid', '=', clusterUid)
        .executeTakeFirst();
      return row && commandFromRow(row);
    },
    async get(id) {
      const row = await db.selectFrom('commands').selectAll().where('id', '=', id).executeTakeFirst();
      return row && commandFromRow(row);
    },
    async payload(id) {
      const row = await db.selectFrom('command_payloads').selectAll().where('command_id', '=', id).executeTakeFirst();
      return row && payloadFromRow(row, sealer);
    },
    async remove(id) {
      // The payload goes with it, by its foreign key.
      await db.deleteFrom('commands').where('id', '=', id).execute();
    },
  };
}
