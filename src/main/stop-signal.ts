import { constants } from 'node:os';

/** The signals by which a person, a terminal or a service manager ends this process. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The signals that ask this process to stop, while somebody listens for them. They do not end it by themselves then. */
export interface StopSignals {
  /** Resolves with the first one. */
  readonly received: Promise<StopSignal>;
  /** Resolves with the second one: somebody does not want to wait. */
  readonly repeated: Promise<StopSignal>;
  /** Gives the signals back their usual meaning. */
  ignore(): void;
}

/** Begins to listen for SIGINT, SIGTERM and SIGHUP. */
export function stopSignals(): StopSignals {
  const first = Promise.withResolvers<StopSignal>();
  const second = Promise.withResolvers<StopSignal>();
  let isFirst = true;
  const listener = (signal: StopSignal) => {
    (isFirst ? first : second).resolve(signal);
    isFirst = false;
  };
  for (const signal of signals) process.on(signal, listener);
  return {
    received: first.promise,
    repeated: second.promise,
    ignore: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
}

/** The exit code of a process that a signal ended, as shells count it. */
export function exitCodeFor(signal: StopSignal): number {
  return 128 + constants.signals[signal];
}
