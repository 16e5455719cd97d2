import type { CommandId } from '../../core/command-id.ts';
import type { CommandPayload } from '../../core/launch.ts';
import type { Sealer } from '../../ports/sealer.ts';

/**
 * One row of `command_payloads`: there is one exactly while the command is not finished. The archive is sealed as it
 * is, names and all: a file's name can tell as much as its content.
 */
export interface PayloadRow {
  command_id: CommandId;
  sealed_text: Uint8Array;
  sealed_context: Uint8Array | null;
  sealed_cluster_token: Uint8Array | null;
}

/** The columns of a command's payload. */
export function payloadToRow(id: CommandId, payload: CommandPayload, sealer: Sealer): PayloadRow {
  const { text, context, clusterToken } = payload;
  return {
    command_id: id,
    sealed_text: sealer.seal(place(id, 'text'), Buffer.from(text)),
    sealed_context: context === undefined ? null : sealer.seal(place(id, 'context'), context),
    sealed_cluster_token:
      clusterToken === undefined ? null : sealer.seal(place(id, 'cluster_token'), Buffer.from(clusterToken)),
  };
}

/**
 * The payload that a row holds.
 * @throws {SealError} when it was sealed under another key.
 */
export function payloadFromRow(row: PayloadRow, sealer: Sealer): CommandPayload {
  const { command_id: id, sealed_text: sealedText, sealed_context: context, sealed_cluster_token: token } = row;
  return {
    text: Buffer.from(sealer.open(place(id, 'text'), sealedText)).toString(),
    ...(context === null ? {} : { context: sealer.open(place(id, 'context'), context) }),
    ...(token === null ? {} : { clusterToken: Buffer.from(sealer.open(place(id, 'cluster_token'), token)).toString() }),
  };
}

function place(id: CommandId, column: 'text' | 'context' | 'cluster_token'): string {
  return `command_payloads/${id}/${column}`;
}
