import { type FinalObservation, isFinal } from '../core/observation.ts';
import { type Claim, LeaseLost } from '../ports/command-feed.ts';
import type { Executor } from '../ports/executor.ts';
import { untilDone } from './backoff.ts';
import type { WorkerParts } from './dependencies.ts';

/**
 * Watches a command to its end and reports what is seen on the way. Where the executor cannot look it tries again:
 * not seeing is no observation.
 * @throws {LeaseLost}
 */
export async function watchCommand(
  parts: WorkerParts,
  executor: Executor,
  claim: Claim,
  signal: AbortSignal,
): Promise<FinalObservation> {
  const { commandId, token } = claim;
  let lastPending: string | undefined;
  let reportedStart = claim.phase === 'running';
  const watchOnce = async (): Promise<FinalObservation> => {
    for await (const observation of executor.observe(commandId, signal)) {
      if (isFinal(observation)) return observation;
      if (observation.type === 'started') {
        if (reportedStart) continue;
        await parts.feed.report(commandId, token, observation);
        reportedStart = true;
        continue;
      }
      const pending = JSON.stringify(observation);
      if (reportedStart || pending === lastPending) continue;
      await parts.feed.report(commandId, token, observation);
      lastPending = pending;
    }
    throw new Error('The executor stopped looking before the end.');
  };
  return untilDone(
    parts,
    signal,
    watchOnce,
    (error) => error instanceof LeaseLost,
    (error, tries) => parts.log.warn({ commandId, tries, error }, 'watching a command failed; trying again'),
  );
}
