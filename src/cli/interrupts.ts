import type { CliContext } from './context.ts';

/** What Ctrl-C means while a command is being waited for. */
export interface Interrupts {
  /** Aborts at the second interrupt: stop waiting. */
  readonly stopWaiting: AbortSignal;
  /** How often there was one. */
  count(): number;
  /** What to do at the first one; at once where it was already. */
  onFirst(act: () => void): void;
  /** Gives Ctrl-C back its ordinary meaning. */
  release(): void;
}

/** The reason of `stopWaiting`. */
export class StoppedWaiting extends Error {
  override readonly name = 'StoppedWaiting';
}

/** Listens for interrupts. @param patience how many it takes to stop waiting: 2, or 1 where there is nothing to cancel. */
export function listenForInterrupts(context: CliContext, patience: 1 | 2): Interrupts {
  const stop = new AbortController();
  let count = 0;
  let first: (() => void) | undefined;
  const release = context.onInterrupt(() => {
    count += 1;
    if (count >= patience) stop.abort(new StoppedWaiting('Interrupted.'));
    else first?.();
  });
  return {
    stopWaiting: stop.signal,
    count: () => count,
    onFirst: (act) => {
      first = act;
      if (count === 1 && patience === 2) act();
    },
    release,
  };
}
