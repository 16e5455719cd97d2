import { type Claim, LeaseLost, type Renewal } from '../ports/command-feed.ts';
import { untilDone } from './backoff.ts';
import type { WorkerParts } from './dependencies.ts';

/** A stop that the control plane asks for. */
export type StopOrder = Extract<Renewal, { type: 'stop' }>;

/**
 * Keeps the lease of a command until `signal` aborts, and hears through it. Calls `onStop` at most once.
 * @throws {LeaseLost} when the command is somebody else's now, or finished.
 */
export async function keepLease(
  parts: WorkerParts,
  claim: Claim,
  onStop: (order: StopOrder) => void,
  signal: AbortSignal,
): Promise<void> {
  const { commandId, token } = claim;
  let known: { stop?: StopOrder['cause'] } = {};
  while (!signal.aborted) {
    const renewal = await untilDone(
      parts,
      signal,
      () => parts.feed.renew(commandId, token, known, signal),
      (error) => error instanceof LeaseLost,
      (error, tries) => parts.log.warn({ commandId, tries, error }, 'renewing a lease failed; trying again'),
    );
    switch (renewal.type) {
      case 'keep':
        break;
      case 'stop':
        known = { stop: renewal.cause };
        onStop(renewal);
        break;
      case 'letGo':
        throw new LeaseLost(`The lease on command ${commandId} is lost.`);
    }
  }
}
