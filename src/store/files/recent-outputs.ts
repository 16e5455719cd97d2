import type { CommandId } from '../../core/command-id.ts';

/** How much of sealed output is kept in memory, in bytes. */
const keptBytes = 16 * 1024 * 1024;
/** The largest output that is kept, in bytes. */
const largestBytes = 64 * 1024;
/** How many are kept: an empty one takes room as well. */
const mostKept = 16 * 1024;

/**
 * The small sealed outputs that were read last. What is sealed never changes, so all that has to be told is its
 * removal. The one unread for the longest time makes room for a new one.
 */
export class RecentOutputs {
  readonly #kept = new Map<CommandId, Uint8Array>();
  #bytes = 0;

  /** Whether an output of this length would be kept. */
  takes(length: number): boolean {
    return length <= largestBytes;
  }

  /** The whole output of a command, where it is kept. Not to be changed. */
  find(id: CommandId): Uint8Array | undefined {
    const output = this.#kept.get(id);
    if (output === undefined) return undefined;
    this.#kept.delete(id);
    this.#kept.set(id, output);
    return output;
  }

  /** Keeps the whole sealed output of a command that `find` did not know. */
  keep(id: CommandId, output: Uint8Array): void {
    this.forget(id);
    this.#kept.set(id, output);
    this.#bytes += output.length;
    for (const [oldest] of this.#kept) {
      if (this.#bytes <= keptBytes && this.#kept.size <= mostKept) return;
      this.forget(oldest);
    }
  }

  /** The output is removed. */
  forget(id: CommandId): void {
    this.#bytes -= this.#kept.get(id)?.length ?? 0;
    this.#kept.delete(id);
  }
}
