import type { CommandId } from '../../core/command-id.ts';
import type { OutputFile } from './output-file.ts';
import { Places } from './places.ts';

/** How many outputs are held open for appending; the one that rested for the longest time is closed for a new one. */
const mostOpen = 64;

/** The output files that are held open between appends, bounded in number. */
export class OpenFiles {
  readonly #files = new Map<CommandId, OutputFile>();
  readonly #busy = new Set<CommandId>();
  readonly #places = new Places(mostOpen);

  /** The file of a command, where it is held open. */
  held(id: CommandId): OutputFile | undefined {
    return this.#files.get(id);
  }

  /**
   * Runs `act` with the command's file, opened by `open` where it is not held. After an error the file is closed
   * and forgotten, so that the next call sees what the disk really holds. One call at a time for one command.
   */
  async use<T>(id: CommandId, open: () => Promise<OutputFile>, act: (file: OutputFile) => Promise<T>): Promise<T> {
    return await this.#places.use(async () => {
      this.#busy.add(id);
      try {
        const file = this.#files.get(id) ?? (await this.#openInPlaceOfAnother(open));
        // Moved to the end: the first of the map has rested for the longest time.
        this.#files.delete(id);
        this.#files.set(id, file);
        return await act(file);
      } catch (error) {
        await this.close(id);
        throw error;
      } finally {
        this.#busy.delete(id);
      }
    });
  }

  /** Closes the command's file where it is held. */
  async close(id: CommandId): Promise<void> {
    const file = this.#files.get(id);
    this.#files.delete(id);
    await file?.close();
  }

  /** Closes all files. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#files.keys()].map((id) => this.close(id)));
  }

  async #openInPlaceOfAnother(open: () => Promise<OutputFile>): Promise<OutputFile> {
    const resting = [...this.#files.keys()].find((id) => !this.#busy.has(id));
    if (this.#files.size >= mostOpen && resting !== undefined) await this.close(resting);
    return await open();
  }
}
