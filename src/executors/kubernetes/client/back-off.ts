/** How long to wait before each further attempt: doubling, bounded, and scattered. */
export interface BackOff {
  nextMs(): number;
  /** After something worked: begin again with short waits. */
  reset(): void;
}

/** A back-off from `firstMs` to `mostMs`; half of each wait is random, so that many who lost a server spread out. */
export function createBackOff(firstMs: number, mostMs: number): BackOff {
  let capMs = firstMs;
  return {
    nextMs: () => {
      const waitMs = capMs / 2 + (Math.random() * capMs) / 2;
      capMs = Math.min(capMs * 2, mostMs);
      return waitMs;
    },
    reset: () => {
      capMs = firstMs;
    },
  };
}
