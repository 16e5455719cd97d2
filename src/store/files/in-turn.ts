/** Lets calls with the same key run one after another, and calls with different keys side by side. */
export class InTurn<Key> {
  readonly #last = new Map<Key, Promise<void>>();

  /** Runs `act` when every earlier call with this key is over, however it ended. */
  async run<T>(key: Key, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const acting = before === undefined ? act() : before.then(act);
    const over = acting.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, over);
    try {
      return await acting;
    } finally {
      if (this.#last.get(key) === over) this.#last.delete(key);
    }
  }

  /** Resolves when everything that was begun is over. */
  async settled(): Promise<void> {
    await Promise.all(this.#last.values());
  }
}
