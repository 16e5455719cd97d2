import type { Clock } from '../../../ports/clock.ts';

/** How long something may take, and what to say when it took longer. */
export interface Deadline {
  readonly clock: Clock;
  readonly limitMs: number;
  /** The error that the work's signal then aborts with. */
  readonly late: () => Error;
  /** Aborts the work for other reasons. */
  readonly signal: AbortSignal;
}

/** Does `work` with a signal that aborts at the deadline too. The work itself must heed it. */
export async function withinDeadline<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const done = new AbortController();
  const timer = deadline.clock.sleep(deadline.limitMs, done.signal).then(() => {
    if (!done.signal.aborted) over.abort(deadline.late());
  });
  try {
    return await work(AbortSignal.any([deadline.signal, over.signal]));
  } finally {
    done.abort();
    await timer;
  }
}
