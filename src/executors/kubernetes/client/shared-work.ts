import { unlessAborted } from '../../unless-aborted.ts';

interface Shared<T> {
  readonly result: Promise<T>;
  readonly deserted: AbortController;
  waiting: number;
}

/**
 * Makes work that is done once for all who wait for it at the same moment. Each of them leaves when its own signal
 * aborts; the work's signal aborts when the last one has left.
 */
export function sharedWork<T>(work: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let current: Shared<T> | undefined;
  const forget = (shared: Shared<T>): void => {
    if (current === shared) current = undefined;
  };
  return async (signal) => {
    signal.throwIfAborted();
    if (current === undefined) {
      const deserted = new AbortController();
      const begun: Shared<T> = { result: work(deserted.signal).finally(() => forget(begun)), deserted, waiting: 0 };
      current = begun;
    }
    const joined = current;
    joined.waiting += 1;
    try {
      return await unlessAborted(joined.result, signal);
    } finally {
      joined.waiting -= 1;
      if (joined.waiting === 0) {
        forget(joined);
        joined.deserted.abort();
      }
    }
  };
}
