import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterUid } from '../../src/core/command-id.ts';
import { instantFromMs } from '../../src/core/instant.ts';
import type { Launch } from '../../src/core/launch.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** The cluster that the executors' tests run in. */
export const aClusterUid = 'a1d0c6e8-3f02-4327-9846-1063f4ac58a6' as ClusterUid;

/** What a launch says that a test does not care about. Nobody refuses to admit it. */
export const ordinary = {
  startMs: 60_000,
  outputLimitBytes: 1 << 30,
  admit: async (): Promise<void> => {},
} satisfies Partial<Launch>;

/** The machine's own clock: real processes take real time. Its timers keep the test's process alive. */
export const machineClock: Clock = {
  now: () => instantFromMs(Date.now()),
  monotonicMs: () => performance.now(),
  sleep: (durationMs, signal) =>
    // An abort ends the sleep, and the caller asks the signal.
    delay(durationMs, undefined, signal === undefined ? {} : { signal }).catch(() => {}),
};
