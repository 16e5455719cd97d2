import type { Instant } from '../core/instant.ts';

/**
 * Time, as the only way to it. `now` may jump either way when somebody sets the machine's clock; `monotonicMs`
 * never goes back, and durations are measured with it.
 */
export interface Clock {
  /** The present, by the machine's clock. */
  now(): Instant;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonicMs(): number;
  /**
   * Resolves after `durationMs`, or at once when `signal` aborts. Never rejects: the caller asks the signal.
   * The timer does not keep the process alive.
   */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
