import { turnedClock, type TurnedClock } from '../control-plane/turned-clock.ts';

/** A turned clock that can be asked when the next sleeper wakes. */
export interface SteppedClock extends TurnedClock {
  /** In how many milliseconds the next sleeper wakes; `undefined` where nobody sleeps. */
  nextWakeInMs(): number | undefined;
}

/** A clock that stands still until it is turned. */
export function steppedClock(): SteppedClock {
  const clock = turnedClock();
  const wakes = new Set<{ readonly atMs: number }>();
  return {
    ...clock,
    sleep: async (durationMs, signal) => {
      const wake = { atMs: clock.monotonicMs() + durationMs };
      wakes.add(wake);
      try {
        await clock.sleep(durationMs, signal);
      } finally {
        wakes.delete(wake);
      }
    },
    nextWakeInMs: () => {
      if (wakes.size === 0) return undefined;
      return Math.max(0, Math.min(...[...wakes].map(({ atMs }) => atMs)) - clock.monotonicMs());
    },
  };
}
