import { StoreUnavailable } from '../../ports/store.ts';
import type { SqliteConnection } from './connection.ts';
import { waitWhileBusy } from './wait-while-busy.ts';

/** How many writes share one commit at most: it bounds what one failing disk takes along. */
const mostPerCommit = 256;

/** What a commit carried; for the metric that tells how well writes share them. */
export interface CommitReport {
  readonly writes: number;
}

interface Waiting {
  /** Does the work, and gives what settles its caller once the commit is on disk. */
  readonly perform: () => Promise<() => void>;
  readonly reject: (error: unknown) => void;
}

/**
 * The one writer of a database. Works that arrive together share a commit: each runs in a savepoint, one after
 * another, and all callers hear once the commit is on disk. A work that fails is rolled back alone; a commit that
 * fails fails them all, and the next commit starts afresh.
 */
export class WriteQueue {
  readonly #connection: SqliteConnection;
  readonly #onCommit: (report: CommitReport) => void;
  readonly #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(connection: SqliteConnection, onCommit: (report: CommitReport) => void) {
    this.#connection = connection;
    this.#onCommit = onCommit;
  }

  /**
   * Resolves with what `work` gives, once that is on disk.
   * @throws {StoreUnavailable} when it cannot be written, or the store was closed.
   */
  write<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreUnavailable('The store was closed; nothing was written.'));
    return new Promise<T>((resolve, reject) => {
      const perform = async (): Promise<() => void> => {
        const result = await work();
        return () => resolve(result);
      };
      this.#waiting.push({ perform, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Takes no more writes, and resolves when those that were taken are settled. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        // Everything that this turn of the event loop brings joins the commit.
        await new Promise((resolve) => setImmediate(resolve));
        await this.#commitTogether();
      }
    } finally {
      this.#draining = undefined;
    }
  }

  async #commitTogether(): Promise<void> {
    try {
      await waitWhileBusy(() => {
        // Only where the rollback after a fault has failed too.
        if (this.#connection.inTransaction) this.#connection.perform('rollback');
        this.#connection.perform('begin immediate');
      });
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
      return;
    }
    const performed: { readonly settle: () => void; readonly reject: (error: unknown) => void }[] = [];
    try {
      while (performed.length < mostPerCommit) {
        const next = this.#waiting.shift();
        if (next === undefined) break;
        const settle = await this.#performAlone(next);
        if (settle !== undefined) performed.push({ settle, reject: next.reject });
      }
      this.#connection.perform('commit');
    } catch (error) {
      for (const { reject } of performed) reject(error);
      this.#abandon();
      return;
    }
    for (const { settle } of performed) settle();
    if (performed.length > 0) this.#onCommit({ writes: performed.length });
  }

  /**
   * Performs one work in its savepoint. @returns `undefined` where it failed and was rolled back alone.
   * @throws where the whole transaction is gone with it.
   */
  async #performAlone({ perform, reject }: Waiting): Promise<(() => void) | undefined> {
    try {
      this.#connection.perform('savepoint work');
      const settle = await perform();
      this.#connection.perform('release work');
      return settle;
    } catch (error) {
      reject(error);
      // After some faults (a full disk, for one) SQLite has rolled back everything by itself.
      if (!this.#connection.inTransaction) throw error;
      this.#connection.perform('rollback to work');
      this.#connection.perform('release work');
      return undefined;
    }
  }

  #abandon(): void {
    if (!this.#connection.inTransaction) return;
    try {
      this.#connection.perform('rollback');
    } catch {
      // The callers have heard of the first fault already; the next `begin` tries again, and tells its callers.
    }
  }
}
