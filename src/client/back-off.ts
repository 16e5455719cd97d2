/** How long to wait before each further attempt: doubling, bounded, and scattered so that clients spread out. */
export interface BackOff {
  /** The next wait in milliseconds; at least `atLeastMs`, what a server asked for. */
  nextMs(atLeastMs?: number): number;
  /** After something worked: begin again with short waits. */
  reset(): void;
}

/** A back-off from `firstMs` to `mostMs`. `random` gives a number from 0 to below 1. */
export function createBackOff(firstMs = 200, mostMs = 10_000, random: () => number = Math.random): BackOff {
  let capMs = firstMs;
  return {
    nextMs: (atLeastMs = 0) => {
      // Half is fixed, so that a server that is starting is not hammered; half is random.
      const waitMs = capMs / 2 + (random() * capMs) / 2;
      capMs = Math.min(capMs * 2, mostMs);
      return Math.max(waitMs, atLeastMs);
    },
    reset: () => {
      capMs = firstMs;
    },
  };
}
