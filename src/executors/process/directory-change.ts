import { type FSWatcher, watch } from 'node:fs';
import type { Clock } from '../../ports/clock.ts';

/** Listens to one directory. What happens between `listenTo` and `next` is not missed. */
export interface DirectoryChange {
  /** Resolves at the first change since `listenTo`, after `timeoutMs`, or when `signal` aborts. Never rejects. */
  next(timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** How long to wait at most where the system cannot tell about changes: too many watches, no such directory. */
const blindMs = 100;

/**
 * Begins to listen, *before* the caller looks. It is a hint and no more: the caller also looks after the time-out.
 * One listener serves one wait, so that a spool that grows fast costs no event per write.
 * @param names the files that matter. Most of what is made on the way of a command matters to nobody who waits.
 */
export function listenTo(directory: string, clock: Clock, names: ReadonlySet<string>): DirectoryChange {
  const changed = new AbortController();
  let watcher: FSWatcher | undefined;
  const hear = (): void => {
    // One change is all that anybody waits for, and a spool that grows fast would tell of thousands.
    watcher?.close();
    changed.abort('changed');
  };
  try {
    watcher = watch(directory, (_type, name) => {
      if (name === null || names.has(name)) hear();
    });
    watcher.on('error', hear);
  } catch {
    // Without a watch the time-out is all there is, and it becomes short.
    watcher = undefined;
  }
  return {
    async next(timeoutMs, signal) {
      const waitMs = watcher === undefined ? Math.min(timeoutMs, blindMs) : timeoutMs;
      await clock.sleep(waitMs, AbortSignal.any([changed.signal, signal]));
    },
    close() {
      watcher?.close();
    },
  };
}
