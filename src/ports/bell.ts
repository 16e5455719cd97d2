import type { CommandId } from '../core/command-id.ts';

/** What may have changed: the queue (something to claim, or a free place), one command, or one command's output. */
export type Topic = 'queue' | `command/${CommandId}` | `output/${CommandId}`;

/**
 * A hint that something changed. It may ring for nothing, and between processes it may fail to ring: whoever
 * waits also looks again after a while. So it carries no data, and no correctness rests on it.
 */
export interface Bell {
  /** Wakes everybody who listens to the topic. Never throws, never waits. */
  ring(topic: Topic): void;
  /**
   * Starts to listen, *before* the caller looks at the state, so that a ring between the look and the wait is
   * not missed. The caller closes it.
   */
  listen(topic: Topic): Ear;
}

/** One listener. */
export interface Ear {
  /**
   * Resolves at the first ring since the last `next` (or since `listen`), after `timeoutMs`, or when `signal`
   * aborts, whichever is first. Never rejects. One call at a time.
   */
  next(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  /** Stops listening. May be called twice. */
  close(): void;
}
