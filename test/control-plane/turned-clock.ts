import { addMs, type Instant, instantFromMs } from '../../src/core/instant.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** A clock whose sleepers wake when the test turns it that far. */
export interface TurnedClock extends Clock {
  /** Moves time on and wakes whoever slept until then. */
  advance(durationMs: number): void;
  /** Resolves once somebody sleeps who wakes within `durationMs`: then turning the clock will not pass by them. */
  sleeperWithin(durationMs: number): Promise<void>;
}

/** A clock that stands still until it is turned. */
export function turnedClock(start: Instant = instantFromMs(Date.UTC(2026, 0, 1))): TurnedClock {
  let elapsedMs = 0;
  const sleepers = new Map<() => void, number>();
  const watchers = new Set<{ readonly untilMs: number; readonly resolve: () => void }>();
  const notify = () => {
    for (const watcher of watchers) {
      if (![...sleepers.values()].some((wakeMs) => wakeMs <= watcher.untilMs)) continue;
      watchers.delete(watcher);
      watcher.resolve();
    }
  };
  return {
    now: () => addMs(start, elapsedMs),
    monotonicMs: () => elapsedMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true || durationMs <= 0) return resolve();
        const wake = () => {
          sleepers.delete(wake);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        sleepers.set(wake, elapsedMs + durationMs);
        signal?.addEventListener('abort', wake, { once: true });
        notify();
      }),
    advance: (durationMs) => {
      elapsedMs += durationMs;
      for (const [wake, wakeMs] of sleepers) if (wakeMs <= elapsedMs) wake();
    },
    sleeperWithin: (durationMs) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      watchers.add({ untilMs: elapsedMs + durationMs, resolve });
      notify();
      return promise;
    },
  };
}
