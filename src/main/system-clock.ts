import { performance } from 'node:perf_hooks';
import { instantFromMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';

/** The largest delay that a timer of Node takes; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => instantFromMs(Date.now()),
  monotonicMs: () => performance.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.min(Math.max(durationMs, 0), longestTimerMs));
      timer.unref();
      signal?.addEventListener('abort', wake, { once: true });
    }),
};
