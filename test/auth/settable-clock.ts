import { addMs, type Instant, instantFromMs } from '../../src/core/instant.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** A clock that stands still until the test turns it. */
export interface SettableClock extends Clock {
  /** Moves time on (back, where negative; `monotonicMs` never goes back). */
  advance(durationMs: number): void;
}

/** A clock that begins at `start`, by default a Monday in 2026. */
export function settableClock(start: Instant = instantFromMs(Date.UTC(2026, 10, 23, 12))): SettableClock {
  let now = start;
  let monotonicMs = 0;
  return {
    now: () => now,
    monotonicMs: () => monotonicMs,
    sleep: () => Promise.resolve(),
    advance(durationMs) {
      now = addMs(now, durationMs);
      monotonicMs += Math.max(0, durationMs);
    },
  };
}
