import { LongarmError } from '../core/error-code.ts';
import type { Admit, Launch, UnpackedPayload } from '../core/launch.ts';
import type { Claim } from '../ports/command-feed.ts';
import type { Executor } from '../ports/executor.ts';
import { SealError } from '../ports/sealer.ts';
import { persist } from './backoff.ts';
import type { WorkerParts } from './dependencies.ts';

/** Starts one command. Called again where it rejects; does nothing more once it has resolved. */
export type Start = (signal: AbortSignal) => Promise<void>;

/** What a worker does with a command that it has claimed. */
export type Prepared =
  | { readonly type: 'start'; readonly start: Start }
  /** It may have been started, and cannot or must not be again. */
  | { readonly type: 'watch' }
  | { readonly type: 'impossible'; readonly why: string };

/**
 * Fetches what there is to start. Nothing for a command that is known to have started: were its traces gone, starting
 * it again would run it twice. Nothing either for one that may have started and whose payload cannot be had any more.
 * @throws {LeaseLost} @throws the signal's reason.
 */
export async function prepareStart(
  parts: WorkerParts,
  executor: Executor,
  claim: Claim,
  signal: AbortSignal,
): Promise<Prepared> {
  if (claim.phase === 'running') return { type: 'watch' };
  const payload = await openPayload(parts, claim, signal);
  if (payload instanceof Error) {
    return claim.phase === 'claimed' ? { type: 'impossible', why: payload.message } : { type: 'watch' };
  }
  const { commandId, clusterUid, shell } = claim;
  const { startMs, timeoutMs, graceMs, outputLimitBytes, serviceAccount } = claim.facts;
  const admit: Admit = (means) => parts.feed.report(commandId, claim.token, { type: 'admitted', means });
  return {
    type: 'start',
    start: startOnce(executor, {
      commandId,
      clusterUid,
      shell,
      startMs,
      timeoutMs,
      graceMs,
      outputLimitBytes,
      admit,
      ...payload,
      ...(serviceAccount === undefined ? {} : { serviceAccount }),
      ...(claim.means === undefined ? {} : { means: claim.means }),
    }),
  };
}

/** Once it has started, this alone would keep the files in memory for as long as the command runs; so it lets go. */
function startOnce(executor: Executor, launch: Launch): Start {
  let held: Launch | undefined = launch;
  return async (signal) => {
    if (held === undefined) return;
    await executor.start(held, signal);
    held = undefined;
  };
}

/** The text and files, or why they can never be had. */
async function openPayload(parts: WorkerParts, claim: Claim, signal: AbortSignal): Promise<UnpackedPayload | Error> {
  const payload = await persist(parts, claim, 'reading a payload', signal, async () => {
    try {
      return await parts.feed.payload(claim.commandId, claim.token);
    } catch (error) {
      if (error instanceof SealError || error instanceof LongarmError) return error;
      throw error;
    }
  });
  return payload ?? new Error('The text of the command was erased before it ran.');
}
