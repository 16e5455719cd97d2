import type { WorkerParts } from './dependencies.ts';

/**
 * Destroys what exists and belongs to no unfinished command: what a crash between a commit and its effect left.
 * Reconciles, so it is right however often it is called. @returns how much was destroyed.
 */
export async function sweep(parts: WorkerParts, signal: AbortSignal): Promise<number> {
  let destroyed = 0;
  for (const [kind, executor] of parts.executors) {
    const existing = await executor.list(signal);
    const unfinished = new Set(await parts.feed.unfinishedAmong(existing));
    for (const commandId of existing) {
      signal.throwIfAborted();
      if (unfinished.has(commandId)) continue;
      try {
        await executor.destroy(commandId, signal);
        destroyed += 1;
        parts.log.info({ commandId, executor: kind }, 'swept what a finished or unknown command had left');
      } catch (error) {
        parts.log.warn({ commandId, executor: kind, error }, 'sweeping failed; the next sweep tries again');
      }
    }
  }
  return destroyed;
}
