import { setImmediate } from 'node:timers/promises';
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

/**
 * Resolves once nothing is under way in this process: no file is read or written, and whoever waits, waits for a
 * clock or for somebody else who does. Only then is it right to turn a clock. All who wait are let go on together, so
 * that schedules which are played side by side do not keep each other waiting.
 */
export function settled(): Promise<void> {
  return (quiet ??= untilQuiet().finally(() => (quiet = undefined)));
}

let quiet: Promise<void> | undefined;

async function untilQuiet(): Promise<void> {
  do await setImmediate();
  while (process.getActiveResourcesInfo().some((name) => name.endsWith('Immediate') || name.includes('Req')));
}
