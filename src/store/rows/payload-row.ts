import type { CommandId } from '../../core/command-id.ts';
import type { AttachedFile, CommandPayload } from '../../core/launch.ts';
import type { Sealer } from '../../ports/sealer.ts';

/** One row of `command_texts`: there is one exactly while the command is not finished. */
export interface CommandTextRow {
  command_id: CommandId;
  sealed_text: Uint8Array;
}

/** One row of `command_files`. Paths are sealed as well: a file's name can tell as much as its content. */
export interface CommandFileRow {
  command_id: CommandId;
  position: number;
  mode: number;
  sealed_path: Uint8Array;
  sealed_bytes: Uint8Array;
}

/** The column of a command's text. */
export function textToRow(id: CommandId, payload: CommandPayload, sealer: Sealer): CommandTextRow {
  return { command_id: id, sealed_text: sealer.seal(textPlace(id), Buffer.from(payload.text)) };
}

/** The columns of a command's files, in their order. */
export function filesToRows(id: CommandId, payload: CommandPayload, sealer: Sealer): CommandFileRow[] {
  return payload.files.map((file, position) => ({
    command_id: id,
    position,
    mode: file.mode,
    sealed_path: sealer.seal(filePlace(id, position, 'path'), Buffer.from(file.path)),
    sealed_bytes: sealer.seal(filePlace(id, position, 'bytes'), file.bytes),
  }));
}

/**
 * The payload that these rows hold.
 * @throws {SealError} when it was sealed under another key.
 */
export function payloadFromRows(
  text: CommandTextRow,
  files: readonly CommandFileRow[],
  sealer: Sealer,
): CommandPayload {
  const open = (place: string, sealed: Uint8Array): string => Buffer.from(sealer.open(place, sealed)).toString();
  return {
    text: open(textPlace(text.command_id), text.sealed_text),
    files: files.map((row): AttachedFile => ({
      path: open(filePlace(row.command_id, row.position, 'path'), row.sealed_path),
      mode: row.mode,
      bytes: sealer.open(filePlace(row.command_id, row.position, 'bytes'), row.sealed_bytes),
    })),
  };
}

function textPlace(id: CommandId): string {
  return `command_texts/${id}/text`;
}

function filePlace(id: CommandId, position: number, column: 'path' | 'bytes'): string {
  return `command_files/${id}/${position}/${column}`;
}
