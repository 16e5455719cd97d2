import { exitCodes } from './exit-code.ts';
import type { VerbCall } from './verb.ts';

/** What Ctrl-C and SIGTERM mean while a command is being waited for. */
export interface Interrupts {
  /** Aborts at the last Ctrl-C that is waited for, and at SIGTERM: stop waiting. The reason is a `StoppedWaiting`. */
  readonly stopWaiting: AbortSignal;
  /** How often Ctrl-C was pressed. */
  count(): number;
  /** What to do at the first Ctrl-C; at once where it was already. */
  onFirst(act: () => void): void;
  /** Gives both back their ordinary meaning. */
  release(): void;
}

/** The reason of `stopWaiting`. */
export class StoppedWaiting extends Error {
  override readonly name = 'StoppedWaiting';
  /** 130 for Ctrl-C, 143 for SIGTERM. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Listens for interrupts. Whoever ends a pipeline does not mean the command that runs in a cluster, so SIGTERM ends the
 * waiting alone.
 * @param patience how many Ctrl-C it takes to stop waiting: 2, or 1 where there is nothing to cancel.
 */
export function listenForInterrupts({ context, onTerminate }: VerbCall, patience: 1 | 2): Interrupts {
  const stop = new AbortController();
  let count = 0;
  let first: (() => void) | undefined;
  const releaseInterrupt = context.onInterrupt(() => {
    count += 1;
    if (count >= patience) stop.abort(new StoppedWaiting('Interrupted.', exitCodes.interrupted));
    else first?.();
  });
  const releaseTerminate = onTerminate?.(() => stop.abort(new StoppedWaiting('Terminated.', exitCodes.terminated)));
  return {
    stopWaiting: stop.signal,
    count: () => count,
    onFirst: (act) => {
      first = act;
      if (count === 1 && patience === 2) act();
    },
    release: () => {
      releaseInterrupt();
      releaseTerminate?.();
    },
  };
}
