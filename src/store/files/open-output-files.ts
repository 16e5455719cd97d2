import { statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import type { CommandId } from '../../core/command-id.ts';
import { OutputGap, OutputSealed, type OutputStore } from '../../ports/output-store.ts';
import { ensurePrivateDirectory } from '../private-directory.ts';
import { syncDirectory } from '../sync-directory.ts';
import { InTurn } from './in-turn.ts';
import { listOutput } from './list-output.ts';
import { OpenFiles } from './open-files.ts';
import { outputFault } from './output-fault.ts';
import { OutputFile } from './output-file.ts';
import { openPath, sealedPath, shardOf } from './output-path.ts';
import { OutputReader } from './output-reader.ts';
import { RecentOutputs } from './recent-outputs.ts';

/** The stored output as files; closed when the server stops. */
export interface OutputFiles extends OutputStore {
  /** Waits for what was begun and closes every file. May be called twice. */
  close(): Promise<void>;
}

/**
 * Opens the output files in a directory, which is made where there is none. One process at a time may have it open.
 * @throws {DirectoryRefused} where others may look into the directory.
 */
export async function openOutputFiles(directory: string): Promise<OutputFiles> {
  await ensurePrivateDirectory(directory);
  return new OutputDirectory(directory);
}

/** How the output of a command is stored. */
interface Stored {
  readonly sealed: boolean;
  readonly length: number;
}

class OutputDirectory implements OutputFiles {
  readonly #directory: string;
  readonly #open = new OpenFiles();
  readonly #inTurn = new InTurn<CommandId>();
  readonly #reader: OutputReader;
  readonly #recent = new RecentOutputs();

  constructor(directory: string) {
    this.#directory = directory;
    this.#reader = new OutputReader(directory);
  }

  async length(id: CommandId): Promise<number> {
    return (await this.#stored(id)).length;
  }

  append(id: CommandId, offset: number, bytes: Uint8Array): Promise<number> {
    return this.#act(id, async () => {
      const { sealed, length } = await this.#stored(id);
      if (offset > length) {
        throw new OutputGap(`Output of command ${id} came from byte ${offset}, and ${length} bytes are stored.`);
      }
      const fresh = bytes.subarray(length - offset);
      if (fresh.length === 0) return length;
      if (sealed) throw new OutputSealed(`The output of command ${id} is final with ${length} bytes.`);
      return await this.#open.use(
        id,
        () => this.#openOrMake(id),
        async (file) => {
          await file.append(fresh);
          return file.length;
        },
      );
    });
  }

  seal(id: CommandId, storedBytes: number): Promise<{ readonly sha256: string }> {
    return this.#act(id, async () => {
      const { sealed, length } = await this.#stored(id);
      if (length !== storedBytes) {
        throw new OutputGap(`Command ${id} is to be sealed with ${storedBytes} bytes, and ${length} are stored.`);
      }
      if (sealed) {
        // Once more: a crash may have come between the rename and this.
        await syncDirectory(shardOf(this.#directory, id));
        return { sha256: await this.#reader.digest(id) };
      }
      const sha256 = await this.#open.use(
        id,
        () => this.#openOrMake(id),
        async (file) => {
          await file.sync();
          return await file.digest();
        },
      );
      await rename(openPath(this.#directory, id), sealedPath(this.#directory, id));
      await this.#open.close(id);
      await syncDirectory(shardOf(this.#directory, id));
      return { sha256 };
    });
  }

  async *read(id: CommandId, from: number, to: number): AsyncIterable<Uint8Array> {
    const recent = this.#recent.find(id);
    if (recent !== undefined) {
      if (from < Math.min(to, recent.length)) yield recent.subarray(from, to);
      return;
    }
    const { sealed, length } = await this.#stored(id);
    const whole = sealed && this.#recent.takes(length) ? this.#reader.readAtOnce(id, 0, length) : undefined;
    if (whole === undefined) {
      yield* this.#reader.read(id, from, Math.min(to, length));
      return;
    }
    // Kept in the same turn in which it was read: a removal is before both or after both.
    this.#recent.keep(id, whole);
    if (from < Math.min(to, length)) yield whole.subarray(from, to);
  }

  remove(id: CommandId): Promise<void> {
    return this.#act(id, async () => {
      await this.#open.close(id);
      this.#recent.forget(id);
      await rm(openPath(this.#directory, id), { force: true });
      await rm(sealedPath(this.#directory, id), { force: true });
      // Once more: one may have read it while it was going.
      this.#recent.forget(id);
      this.#reader.forget(id);
    });
  }

  list(): AsyncIterable<CommandId> {
    return listOutput(this.#directory);
  }

  async close(): Promise<void> {
    await this.#inTurn.settled();
    await this.#open.closeAll();
  }

  #act<T>(id: CommandId, act: () => Promise<T>): Promise<T> {
    return this.#inTurn.run(id, async () => {
      try {
        return await act();
      } catch (error) {
        throw outputFault(error, id, this.#directory);
      }
    });
  }

  async #stored(id: CommandId): Promise<Stored> {
    const held = this.#open.held(id);
    if (held !== undefined) return { sealed: false, length: held.length };
    // What is asked for is mostly sealed. A seal that comes between the looks moves the file to the third.
    const final = sizeOf(sealedPath(this.#directory, id));
    if (final !== undefined) return { sealed: true, length: final };
    const growing = sizeOf(openPath(this.#directory, id));
    if (growing !== undefined) return { sealed: false, length: growing };
    const moved = sizeOf(sealedPath(this.#directory, id));
    return { sealed: moved !== undefined, length: moved ?? 0 };
  }

  async #openOrMake(id: CommandId): Promise<OutputFile> {
    const made = await mkdir(shardOf(this.#directory, id), { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncDirectory(this.#directory);
    return await OutputFile.openOrMake(openPath(this.#directory, id));
  }
}

/** Asked at once: the answer is in the kernel's memory, and to ask for it on another thread costs 15 times as much. */
function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
