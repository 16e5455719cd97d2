import type { Clock } from '../ports/clock.ts';

/** Counts events per key, each key with a bucket of tokens that fills again. */
export interface TokenBuckets {
  /** Milliseconds until the key has a token; 0 where it has one. Takes nothing. */
  waitMs(key: string): number;
  /** Takes a token, if there is one. */
  take(key: string): void;
}

/** The size of the buckets. */
export interface BucketSize {
  /** How many tokens a full bucket has. */
  readonly burst: number;
  /** How long one token takes to come back. */
  readonly refillMs: number;
  /** How many keys are known at once; beyond it the one untouched for longest is forgotten. */
  readonly capacity: number;
}

/** Buckets that are all full. Time is the clock's monotonic one. */
export function createTokenBuckets(clock: Clock, size: BucketSize): TokenBuckets {
  const buckets = new Map<string, { readonly tokens: number; readonly atMs: number }>();
  const tokensOf = (key: string): number => {
    const bucket = buckets.get(key);
    if (bucket === undefined) return size.burst;
    return Math.min(size.burst, bucket.tokens + (clock.monotonicMs() - bucket.atMs) / size.refillMs);
  };
  return {
    waitMs: (key) => Math.max(0, Math.ceil((1 - tokensOf(key)) * size.refillMs)),
    take(key) {
      const tokens = Math.max(0, tokensOf(key) - 1);
      // Deleted first, so that the map's order is that of the last touch.
      buckets.delete(key);
      const [oldest] = buckets.keys();
      if (buckets.size >= size.capacity && oldest !== undefined) buckets.delete(oldest);
      buckets.set(key, { tokens, atMs: clock.monotonicMs() });
    },
  };
}
