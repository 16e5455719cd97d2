/** Lets the callers of one key in one after the other, in the order they came; keys do not wait for each other. */
export interface Turns<Key> {
  /** Does `work` when all earlier work under `key` has ended, however it ended. Settles as `work` does. */
  take<Result>(key: Key, work: () => Promise<Result>): Promise<Result>;
}

/** Makes a set of turns. A key costs nothing once nobody is in its line. */
export function inTurn<Key>(): Turns<Key> {
  const last = new Map<Key, Promise<void>>();
  return {
    async take(key, work) {
      const before = last.get(key);
      const done = Promise.withResolvers<void>();
      last.set(key, done.promise);
      try {
        await before;
        return await work();
      } finally {
        done.resolve();
        if (last.get(key) === done.promise) last.delete(key);
      }
    },
  };
}
