import type { CommandId } from '../../core/command-id.ts';

/** How many pieces are remembered: at 256 KiB each, 8 MiB. */
const most = 32;

interface Piece {
  readonly id: CommandId;
  readonly length: number;
  readonly bytes: Promise<Uint8Array>;
}

/**
 * The pieces that were read last. A thousand people who look at one output are at the same place of it: they share one
 * read and one buffer, where each would have a quarter of a megabyte of its own. What is stored never changes, so a
 * piece is right for as long as its output is there.
 */
export class SharedPieces {
  readonly #pieces = new Map<string, Piece>();

  /**
   * The `length` bytes from an offset, by `read` where they are not remembered. They are shared: nobody may write there.
   * @throws what `read` throws, and forgets it.
   */
  async get(id: CommandId, offset: number, length: number, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const key = `${id}/${offset}`;
    const known = this.#pieces.get(key);
    if (known !== undefined && known.length >= length) return (await known.bytes).subarray(0, length);
    const piece = { id, length, bytes: read() };
    this.#pieces.delete(key);
    this.#pieces.set(key, piece);
    for (const oldest of this.#pieces.keys()) {
      if (this.#pieces.size <= most) break;
      this.#pieces.delete(oldest);
    }
    try {
      return await piece.bytes;
    } catch (error) {
      if (this.#pieces.get(key) === piece) this.#pieces.delete(key);
      throw error;
    }
  }

  /** For output that was removed. */
  forget(id: CommandId): void {
    for (const [key, piece] of this.#pieces) if (piece.id === id) this.#pieces.delete(key);
  }
}
