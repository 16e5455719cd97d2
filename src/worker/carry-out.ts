import { noOutput } from '../core/command.ts';
import type { Claim } from '../ports/command-feed.ts';
import type { Executor } from '../ports/executor.ts';
import { persist, untilDone } from './backoff.ts';
import type { WorkerParts } from './dependencies.ts';
import { keepLease, type StopOrder } from './keep-lease.ts';
import { prepareStart } from './prepare-start.ts';
import { type EndOfRun, runToEnd } from './run-to-end.ts';

/** How often a worker tries to remove what ran before it leaves that to the sweep. */
const destroyTries = 5;

/**
 * Carries one command from its claim to its end: launch, run, seal, report, destroy. The order is the promise
 * (docs/lifecycle.md): `launching` is committed before anything is touched, the end only after the output is sealed, and
 * what ran is destroyed only after that.
 * @throws {LeaseLost} when the command is somebody else's; nothing more was touched from then on.
 * @throws the signal's reason when the worker stops; the command goes on and can be adopted.
 */
export async function carryOut(parts: WorkerParts, claim: Claim, stopping: AbortSignal): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([stopping, over.signal]);
  const stop = Promise.withResolvers<StopOrder>();
  const lease = keepLease(parts, claim, stop.resolve, signal).catch((error: unknown) => over.abort(error));
  try {
    const executor = await parts.executors.of(claim.executor, claim.clusterUid);
    if (executor === undefined) {
      const why = `This worker has no executor '${claim.executor}', which the cluster asks for.`;
      await reportEnd(parts, claim, refused(why), signal);
      return;
    }
    const prepared = await prepareStart(parts, executor, claim, signal);
    if (prepared.type === 'impossible') {
      await reportEnd(parts, claim, refused(prepared.why), signal);
      return;
    }
    if (claim.phase === 'claimed') {
      await persist(parts, claim, 'reporting a launch', signal, () =>
        parts.feed.report(claim.commandId, claim.token, { type: 'launching' }),
      );
    }
    const start = prepared.type === 'start' ? prepared.start : undefined;
    const end = await runToEnd(parts, executor, claim, start, stop.promise, signal);
    await reportEnd(parts, claim, end, signal);
    await destroy(parts, claim, executor, stopping);
  } finally {
    over.abort(new Error('carried out'));
    await lease;
  }
}

/**
 * Removes what ran. The lease is gone by now because the command has ended, so losing it means nothing any more. What
 * cannot be removed is left to the sweep: it must not hold a place of this worker.
 */
async function destroy(parts: WorkerParts, claim: Claim, executor: Executor, signal: AbortSignal): Promise<void> {
  const { commandId } = claim;
  let triesLeft = destroyTries;
  await untilDone(
    parts,
    signal,
    () => executor.destroy(commandId, signal),
    () => (triesLeft -= 1) <= 0,
    (error, tries) => parts.log.warn({ commandId, tries, error }, 'destroying what ran failed; trying again'),
  ).catch((error: unknown) => {
    if (!signal.aborted)
      parts.log.warn({ commandId, error }, 'what ran could not be destroyed; the sweep goes on trying');
  });
}

function refused(message: string): EndOfRun {
  return { observation: { type: 'refused', reason: 'CouldNotStart', message }, output: noOutput };
}

async function reportEnd(parts: WorkerParts, claim: Claim, end: EndOfRun, signal: AbortSignal): Promise<void> {
  await persist(parts, claim, 'reporting an end', signal, () =>
    parts.feed.report(claim.commandId, claim.token, { type: 'ended', ...end }),
  );
}
