import type { Clock } from '../../../ports/clock.ts';

/** Aborts when something that should give a sign now and then has given none for so long. */
export interface SilenceAlarm {
  readonly signal: AbortSignal;
  /** There was a sign. */
  heard(): void;
  /** No more signs are expected. */
  stop(): void;
}

/** Starts an alarm. @param reason of the abort */
export function silenceAlarm(clock: Clock, limitMs: number, reason: () => Error): SilenceAlarm {
  const silent = new AbortController();
  const stopped = new AbortController();
  let heardMs = clock.monotonicMs();
  const keepWatch = async (): Promise<void> => {
    for (;;) {
      const leftMs = heardMs + limitMs - clock.monotonicMs();
      if (stopped.signal.aborted) return;
      if (leftMs <= 0) return silent.abort(reason());
      await clock.sleep(leftMs, stopped.signal);
    }
  };
  keepWatch().catch((error: unknown) => silent.abort(error));
  return {
    signal: silent.signal,
    heard: () => {
      heardMs = clock.monotonicMs();
    },
    stop: () => stopped.abort(),
  };
}
