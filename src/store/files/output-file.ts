import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** How much is read at once, in bytes. */
export const pieceBytes = 256 * 1024;

/**
 * One file of output that is open. Its length is the file's own. Its digest runs along with what is appended, and
 * is computed from the file where the file was there before.
 */
export class OutputFile {
  readonly #handle: FileHandle;
  /** Of everything up to `#length`; `undefined` where that was not seen being written. */
  #hash: Hash | undefined;
  #length: number;

  private constructor(handle: FileHandle, length: number) {
    this.#handle = handle;
    this.#length = length;
    this.#hash = length === 0 ? createHash('sha256') : undefined;
  }

  /** Opens the file for appending, and makes it with mode 0600 where there is none. */
  static async openOrMake(path: string): Promise<OutputFile> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
    return await OutputFile.#adopt(await open(path, flags, 0o600));
  }

  /** Opens a file that exists, for reading. */
  static async openExisting(path: string): Promise<OutputFile> {
    return await OutputFile.#adopt(await open(path, constants.O_RDONLY | constants.O_NOFOLLOW));
  }

  static async #adopt(handle: FileHandle): Promise<OutputFile> {
    try {
      return new OutputFile(handle, (await handle.stat()).size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** How many bytes the file holds. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends the bytes. After an error the file holds an exact beginning of them, and this object is of no more use.
   */
  async append(bytes: Uint8Array): Promise<void> {
    const writing = this.#write(bytes);
    // While the bytes are on their way to the disk on another thread. Of more than is written after an error, and then
    // nobody asks for it any more.
    this.#hash?.update(bytes);
    await writing;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written, this.#length);
      written += bytesWritten;
      this.#length += bytesWritten;
    }
  }

  /**
   * Reads `length` bytes from an offset.
   * @throws {Error} where the file ends before them.
   */
  async read(from: number, length: number): Promise<Uint8Array> {
    const piece = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const { bytesRead } = await this.#handle.read(piece, filled, length - filled, from + filled);
      if (bytesRead === 0) throw new Error(`The output ends at ${from + filled} bytes; it was cut while it was read.`);
      filled += bytesRead;
    }
    return piece;
  }

  /** The sha256 of the whole file, in hex. */
  async digest(): Promise<string> {
    this.#hash ??= await this.#hashWhole();
    return this.#hash.copy().digest('hex');
  }

  /** Resolves when the bytes are on disk. */
  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #hashWhole(): Promise<Hash> {
    const hash = createHash('sha256');
    for (let from = 0; from < this.#length; from += pieceBytes) {
      hash.update(await this.read(from, Math.min(pieceBytes, this.#length - from)));
    }
    return hash;
  }
}
