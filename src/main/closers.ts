/** Closes in reverse what was opened, each once, also when the start broke off half-way. */
export class Closers {
  readonly #closers: (() => Promise<void>)[] = [];
  #closing: Promise<void> | undefined;

  /** Has it closed by `closeAll`, before what was added earlier. */
  add(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /** May be called twice. @throws {AggregateError} of what failed to close, when all the rest is closed */
  closeAll(): Promise<void> {
    this.#closing ??= (async () => {
      const failures: unknown[] = [];
      for (const close of this.#closers.toReversed()) {
        // What fails to close must not keep the rest open, the data directory above all.
        await close().catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw new AggregateError(failures, 'The server did not close cleanly.');
    })();
    return this.#closing;
  }
}
