import { type Claim, LeaseLost } from '../ports/command-feed.ts';
import type { WorkerParts } from './dependencies.ts';

const firstMs = 50;
const mostMs = 5_000;

/**
 * Tries until it succeeds, with growing pauses: for what must happen eventually and may be repeated. Half of each pause
 * is random, so that many who were in each other's way, at a quota for one, do not meet again. Ends only with success,
 * with an error that `isFinal` knows to be for good, or with the abort of `signal`.
 */
export async function untilDone<T>(
  { clock, random }: Pick<WorkerParts, 'clock' | 'random'>,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  isFinal: (error: unknown) => boolean,
  onFailure: (error: unknown, tries: number) => void,
): Promise<T> {
  let pauseMs = firstMs;
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || isFinal(error)) throw error;
      onFailure(error, tries);
      await clock.sleep(pauseMs / 2 + (random() * pauseMs) / 2, signal);
      pauseMs = Math.min(pauseMs * 2, mostMs);
    }
  }
}

/**
 * Does what must be done for a command to go on, however long the other side is away.
 * @throws {LeaseLost} @throws the signal's reason.
 */
export function persist<T>(
  parts: WorkerParts,
  claim: Claim,
  what: string,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  return untilDone(
    parts,
    signal,
    attempt,
    (error) => error instanceof LeaseLost,
    (error, tries) => parts.log.warn({ commandId: claim.commandId, tries, error }, `${what} failed; trying again`),
  );
}
