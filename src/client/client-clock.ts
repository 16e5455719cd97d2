import { setTimeout as delay } from 'node:timers/promises';

/** Time for the client. Unlike the server's, its sleep keeps the process alive: somebody waits for the answer. */
export interface ClientClock {
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonicMs(): number;
  /** Resolves after `durationMs`. @throws the signal's reason when it aborts first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's time. */
export const machineClock: ClientClock = {
  monotonicMs: () => performance.now(),
  sleep: async (durationMs, signal) => {
    try {
      await delay(durationMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // The timer rejects with an AbortError of its own; callers compare reasons.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
