import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../../ports/store.ts';
import { isBusy } from './fault.ts';

/** How long another process may hold the write lock before a write is given up, in milliseconds. */
const busyLimitMs = 10_000;

const firstPauseMs = 2;
const longestPauseMs = 50;

/**
 * Calls `attempt` until it no longer meets a lock of another process, at most for `limitMs`. Waits without blocking
 * the process, as SQLite's own busy handler would.
 * @throws {StoreUnavailable} when the lock was still held at the end.
 */
export async function waitWhileBusy<T>(attempt: () => T, limitMs = busyLimitMs): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return attempt();
    } catch (error) {
      const cause = error instanceof StoreUnavailable ? error.cause : error;
      if (!isBusy(cause) || performance.now() >= deadline) throw error;
    }
    await sleep(pauseMs);
  }
}
