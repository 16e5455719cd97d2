import type { CommandId } from '../core/command-id.ts';

/**
 * The stored output of commands, addressed by byte offset. The stored length is the only cursor: after a crash it
 * says where to read on. Calls for one command come one at a time; reads may come beside them at any time.
 */
export interface OutputStore {
  /** How many bytes are stored; 0 for a command that is not known. */
  length(commandId: CommandId): Promise<number>;

  /**
   * Appends `bytes`, whose first byte has this `offset`. What is stored already is cut off, so that a repeated
   * call changes nothing. Not durable before `seal`.
   * @returns the stored length after it.
   * @throws {OutputGap} when `offset` lies behind the stored length.
   * @throws {OutputSealed} when the output is sealed and `bytes` would add to it.
   */
  append(commandId: CommandId, offset: number, bytes: Uint8Array): Promise<number>;

  /**
   * Makes the stored bytes durable and final, and gives their digest. Idempotent. The output of a command that
   * wrote nothing can be sealed too.
   * @throws {OutputGap} when the stored length is not `storedBytes`.
   */
  seal(commandId: CommandId, storedBytes: number): Promise<{ readonly sha256: string }>;

  /**
   * Reads stored bytes from `from` to `to` (exclusive; the stored length where it is less), in order, in pieces of
   * at most 256 KiB. Bytes that are appended later are not waited for.
   */
  read(commandId: CommandId, from: number, to: number): AsyncIterable<Uint8Array>;

  /** Removes the output. Idempotent. */
  remove(commandId: CommandId): Promise<void>;

  /** Every command of which output is stored: what the sweep compares. */
  list(): AsyncIterable<CommandId>;
}

/** An append that would leave a hole, or a seal of another length than the stored one. */
export class OutputGap extends Error {
  override readonly name = 'OutputGap';
}

/** An append to output that is final. */
export class OutputSealed extends Error {
  override readonly name = 'OutputSealed';
}
