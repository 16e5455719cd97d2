import type { NamedExecutor } from '../ports/executors.ts';
import type { WorkerParts } from './dependencies.ts';

/** How many leftovers of one executor are destroyed at once: those of a node that is gone take half a minute each. */
const atOnce = 8;

/**
 * Destroys what exists and belongs to no unfinished command: what a crash between a commit and its effect left.
 * Reconciles, so it is right however often it is called. No cluster waits for another. @returns how much was destroyed.
 */
export async function sweep(parts: WorkerParts, signal: AbortSignal): Promise<number> {
  const executors = await parts.executors.all();
  const counts = await Promise.all(executors.map((each) => sweepOne(parts, each, signal)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function sweepOne(parts: WorkerParts, { name, executor }: NamedExecutor, signal: AbortSignal): Promise<number> {
  const existing = await executor.list(signal).catch((error: unknown) => {
    // A cluster that cannot be reached must not keep the others unswept.
    if (!signal.aborted)
      parts.log.warn({ executor: name, error }, 'cannot tell what exists; the next sweep tries again');
    return [];
  });
  const unfinished = new Set(await parts.feed.unfinishedAmong(existing));
  const left = existing.filter((commandId) => !unfinished.has(commandId));
  let destroyed = 0;
  const destroyNext = async (): Promise<void> => {
    for (let commandId = left.pop(); commandId !== undefined; commandId = left.pop()) {
      signal.throwIfAborted();
      try {
        await executor.destroy(commandId, signal);
        destroyed += 1;
        parts.log.info({ commandId, executor: name }, 'swept what a finished or unknown command had left');
      } catch (error) {
        parts.log.warn({ commandId, executor: name, error }, 'sweeping failed; the next sweep tries again');
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, destroyNext));
  return destroyed;
}
