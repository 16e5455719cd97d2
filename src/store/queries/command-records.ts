import type { Kysely } from 'kysely';
import type { CommandId } from '../../core/command-id.ts';
import { isTerminal } from '../../core/command.ts';
import type { CommandStore } from '../../ports/command-store.ts';
import type { Sealer } from '../../ports/sealer.ts';
import { commandFromRow, factsToRow, stateToRow } from '../rows/command-row.ts';
import { filesToRows, payloadFromRows, textToRow } from '../rows/payload-row.ts';
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
        .insertInto('command_texts')
        .values(textToRow(id, payload, sealer))
        .execute();
      // One statement each: together they could be more bytes than one statement may carry.
      for (const row of filesToRows(id, payload, sealer)) {
        await db.insertInto('command_files').values(row).execute();
      }
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
      if (isTerminal(command)) await erasePayload(db, id);
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
      const text = await db.selectFrom('command_texts').selectAll().where('command_id', '=', id).executeTakeFirst();
      if (text === undefined) return undefined;
      const files = await db
        .selectFrom('command_files')
        .selectAll()
        .where('command_id', '=', id)
        .orderBy('position')
        .execute();
      return payloadFromRows(text, files, sealer);
    },
    async remove(id) {
      // The payload goes with it, by its foreign key.
      await db.deleteFrom('commands').where('id', '=', id).execute();
    },
  };
}

async function erasePayload(db: Kysely<Tables>, id: CommandId): Promise<void> {
  await db.deleteFrom('command_files').where('command_id', '=', id).execute();
  await db.deleteFrom('command_texts').where('command_id', '=', id).execute();
}
