import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { CommandId } from '../../core/command-id.ts';
import { isAbsent, outputFault } from './output-fault.ts';
import { OutputFile, pieceBytes } from './output-file.ts';
import { openPath, sealedPath } from './output-path.ts';
import { Places } from './places.ts';
import { SharedPieces } from './shared-pieces.ts';

/** How many files are open for reading at once. */
const mostReading = 32;
/** Sealed output up to this is read at once: that takes 7 us, and by way of another thread 106. */
const smallBytes = 64 * 1024;

/**
 * Reads output that is stored. Each piece opens the file anew, so that a client that reads slowly, or never comes
 * back for the next piece, holds no file open.
 */
export class OutputReader {
  readonly #directory: string;
  readonly #places = new Places(mostReading);
  readonly #shared = new SharedPieces();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * The bytes from `from` to `to` (exclusive), which must be stored.
   * @throws {Error} where they were removed meanwhile: output never just seems to end.
   */
  async *read(id: CommandId, from: number, to: number): AsyncIterable<Uint8Array> {
    for (let offset = from; offset < to;) {
      // Pieces end at the same places for everybody, so that whoever looks on finds what another has read.
      const length = Math.min(pieceBytes - (offset % pieceBytes), to - offset);
      const small = length <= smallBytes ? this.readAtOnce(id, offset, length) : undefined;
      const read = () => this.#withFile(id, (file) => file.read(offset, length));
      const piece = small ?? (await this.#shared.get(id, offset, length, read));
      offset += piece.length;
      yield piece;
    }
  }

  /**
   * A piece of sealed output, read without leaving the thread. `undefined` where that cannot be had at once, for
   * whatever reason: the long way says which.
   */
  readAtOnce(id: CommandId, from: number, length: number): Uint8Array | undefined {
    let file: number | undefined;
    try {
      file = openSync(sealedPath(this.#directory, id), constants.O_RDONLY | constants.O_NOFOLLOW);
      const piece = new Uint8Array(length);
      return readSync(file, piece, 0, length, from) === length ? piece : undefined;
    } catch {
      return undefined;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  /** For output that was removed: whoever reads on is told so. */
  forget(id: CommandId): void {
    this.#shared.forget(id);
  }

  /** The sha256 of all that is stored, in hex. */
  async digest(id: CommandId): Promise<string> {
    return await this.#withFile(id, (file) => file.digest());
  }

  async #withFile<T>(id: CommandId, act: (file: OutputFile) => Promise<T>): Promise<T> {
    return await this.#places.use(async () => {
      try {
        const file = await this.#find(id);
        try {
          return await act(file);
        } finally {
          await file.close();
        }
      } catch (error) {
        if (isAbsent(error)) throw new Error(`The output of command ${id} was removed while it was read.`);
        throw outputFault(error, id, this.#directory);
      }
    });
  }

  async #find(id: CommandId): Promise<OutputFile> {
    const [sealed, growing] = [sealedPath(this.#directory, id), openPath(this.#directory, id)];
    // What is read is mostly sealed. A seal that comes between the tries moves the file to the third.
    const file = (await openIfThere(sealed)) ?? (await openIfThere(growing));
    return file ?? (await OutputFile.openExisting(sealed));
  }
}

async function openIfThere(path: string): Promise<OutputFile | undefined> {
  try {
    return await OutputFile.openExisting(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
