import { type Instant, instantFromMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';

/** By how much of the time that passes the server's time may run faster or slower than that. */
const slewRatio = 1 / 8;

/** The time that a server decides by. */
export interface ServerClock extends Clock {
  /** How far the machine's clock is ahead, in milliseconds; negative where it is behind. */
  offsetMs(): number;
  /** Takes the machine's time at once, wherever it is. Only for a moment in which nothing waits for a deadline. */
  follow(): void;
}

/**
 * A clock for deadlines, leases and what is written down of a command: somebody who sets the machine's clock by an
 * hour must end no command an hour early, nor let one run for an hour more. It begins at the machine's time, goes on
 * with what the monotonic clock measures, never goes back, and makes up for a difference to the machine's clock by
 * running an eighth faster or slower until there is none. Only `follow` makes it jump.
 */
export function createServerClock(machine: Clock): ServerClock {
  let at: number = machine.now();
  let measuredAtMs = machine.monotonicMs();
  const now = (): Instant => {
    const monotonicMs = machine.monotonicMs();
    const passedMs = monotonicMs - measuredAtMs;
    measuredAtMs = monotonicMs;
    at += passedMs;
    const mostMs = passedMs * slewRatio;
    at += Math.min(Math.max(machine.now() - at, -mostMs), mostMs);
    return instantFromMs(at);
  };
  return {
    now,
    monotonicMs: () => machine.monotonicMs(),
    sleep: (durationMs, signal) => machine.sleep(durationMs, signal),
    offsetMs: () => machine.now() - now(),
    follow: () => {
      now();
      at = machine.now();
    },
  };
}
