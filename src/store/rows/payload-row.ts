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
}

/** The columns of a command's payload. */
export function payloadToRow(id: CommandId, payload: CommandPayload, sealer: Sealer): PayloadRow {
  const { text, context } = payload;
  return {
    command_id: id,
    sealed_text: sealer.seal(place(id, 'text'), Buffer.from(text)),
    sealed_context: context === undefined ? null : sealer.seal(place(id, 'context'), context),
  };
}

/**
 * The payload that a row holds.
 * @throws {SealError} when it was sealed under another key.
 */
export function payloadFromRow(row: PayloadRow, sealer: Sealer): CommandPayload {
  const { command_id: id, sealed_text: sealedText, sealed_context: sealedContext } = row;
  const text = Buffer.from(sealer.open(place(id, 'text'), sealedText)).toString();
  return sealedContext === null ? { text } : { text, context: sealer.open(place(id, 'context'), sealedContext) };
}

function place(id: CommandId, column: 'text' | 'context'): string {
  return `command_payloads/${id}/${column}`;
}
