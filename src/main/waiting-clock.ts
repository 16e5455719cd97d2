import { machineClock } from '../client/client-clock.ts';
import type { Clock } from '../ports/clock.ts';
import { systemClock } from './system-clock.ts';

/** The machine's clock for a verb that somebody waits for: its sleep keeps the process alive, where nothing else does. */
export const waitingClock: Clock = {
  ...systemClock,
  // As the port says: it never rejects, and the caller asks the signal.
  sleep: (durationMs, signal) => machineClock.sleep(durationMs, signal).catch(() => undefined),
};
