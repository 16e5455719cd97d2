import type { Instant } from '../core/instant.ts';

/**
 * Time, as the only way to it. Whoever compares with what others have dated (tokens, certificates) is given the
 * machine's clock, whose `now` jumps when somebody sets it. Whoever watches deadlines is given the server's, whose `now`
 * never jumps and never goes back while a command is under way. `monotonicMs` is the same for both, and durations are measured with it.
 */
export interface Clock {
  /** The present. */
  now(): Instant;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonicMs(): number;
  /**
   * Resolves after `durationMs`, or at once when `signal` aborts. Never rejects: the caller asks the signal.
   * The timer does not keep the process alive.
   */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
