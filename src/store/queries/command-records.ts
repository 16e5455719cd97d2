import type { ClusterUid, CommandId } from '../../core/command-id.ts';
import { isTerminal } from '../../core/command.ts';
import type { CommandStore } from '../../ports/command-store.ts';
import type { Sealer } from '../../ports/sealer.ts';
import { commandFromRow, type CommandRow, type CommandStateRow, factsToRow, stateToRow } from '../rows/command-row.ts';
import { payloadFromRow, type PayloadRow, payloadToRow } from '../rows/payload-row.ts';
import { prepare } from './prepared.ts';
import type { Session } from './session.ts';

interface OneCommand {
  readonly id: CommandId;
}

const insertCommand = prepare((db, row: CommandRow) => db.insertInto('commands').values(row));

const insertPayload = prepare((db, row: PayloadRow) => db.insertInto('command_payloads').values(row));

const updateState = prepare(
  (db, { id, fromRevision, ...state }: CommandStateRow & OneCommand & { readonly fromRevision: number }) =>
    db.updateTable('commands').set(state).where('id', '=', id).where('revision', '=', fromRevision),
);

const deletePayload = prepare((db, { id }: OneCommand) =>
  db.deleteFrom('command_payloads').where('command_id', '=', id),
);

const inCluster = prepare((db, { id, clusterUid }: OneCommand & { readonly clusterUid: ClusterUid }) =>
  db.selectFrom('commands').selectAll().where('id', '=', id).where('cluster_uid', '=', clusterUid),
);

const byId = prepare((db, { id }: OneCommand) => db.selectFrom('commands').selectAll().where('id', '=', id));

const payloadOf = prepare((db, { id }: OneCommand) =>
  db.selectFrom('command_payloads').selectAll().where('command_id', '=', id),
);

/** The part of the command store that keeps single commands with their payloads. */
export function recordQueries(
  session: Session,
  sealer: Sealer,
): Pick<CommandStore, 'insert' | 'save' | 'find' | 'get' | 'payload' | 'remove'> {
  return {
    async insert(command, payload) {
      await insertCommand.change(session, { ...factsToRow(command.facts), ...stateToRow(command) });
      await insertPayload.change(session, payloadToRow(command.facts.id, payload, sealer));
    },
    async save(command, fromRevision) {
      const { id } = command.facts;
      const updated = await updateState.change(session, { ...stateToRow(command), id, fromRevision });
      if (updated === 0) return false;
      if (isTerminal(command)) await deletePayload.change(session, { id });
      return true;
    },
    async find(clusterUid, id) {
      const row = await inCluster.first(session, { id, clusterUid });
      return row && commandFromRow(row);
    },
    async get(id) {
      const row = await byId.first(session, { id });
      return row && commandFromRow(row);
    },
    async payload(id) {
      const row = await payloadOf.first(session, { id });
      return row && payloadFromRow(row, sealer);
    },
    async remove(id) {
      // The payload goes with it, by its foreign key.
      await session.db.deleteFrom('commands').where('id', '=', id).execute();
    },
  };
}
