import type { SealedOutput } from '../core/command.ts';
import type { FinalObservation } from '../core/observation.ts';
import { stopMarginMs } from '../core/transition.ts';
import type { Claim } from '../ports/command-feed.ts';
import { type Executor, StartHindered } from '../ports/executor.ts';
import { persist } from './backoff.ts';
import type { WorkerParts } from './dependencies.ts';
import type { StopOrder } from './keep-lease.ts';
import type { Start } from './prepare-start.ts';
import { drainPump, startPump } from './pump-output.ts';
import { watchCommand } from './watch-command.ts';

/** What was last seen of a command, with its output sealed. */
export interface EndOfRun {
  readonly observation: FinalObservation;
  readonly output: SealedOutput;
}

/**
 * Starts a command, or adopts it, and stays with it to its end: watches, stores its output, stops it when ordered
 * to, seals. Without a `start` the command may have started before, and is only watched.
 * @throws {LeaseLost} @throws the signal's reason.
 */
export async function runToEnd(
  parts: WorkerParts,
  executor: Executor,
  claim: Claim,
  start: Start | undefined,
  stop: Promise<StopOrder>,
  signal: AbortSignal,
): Promise<EndOfRun> {
  const over = new AbortController();
  const running = AbortSignal.any([signal, over.signal]);
  try {
    const stopped = stop.then((order) => stopCommand(parts, executor, claim, order, running));
    stopped.catch(() => undefined); // it ends with an abort when the command ends first
    const started = start === undefined ? undefined : startCommand(parts, claim, start, running);
    const overdue = stop.then((order) => undeadAfter(parts, order, running));
    overdue.catch(() => undefined); // as with the stop
    // A stop must not wait for a start that does not come about, nor the end for a stop that does not: whichever is
    // first, the watch begins.
    await Promise.race([started, stopped, overdue]);
    const pump = startPump(parts, executor, claim, running);
    pump.end.catch(() => undefined); // awaited when the end is known; it may fail long before that
    const observation = await Promise.race([watchCommand(parts, executor, claim, running), overdue]);
    const end = await drainPump(parts, observation, pump, signal);
    const sealed = await persist(parts, claim, 'sealing output', signal, () =>
      parts.feed.sealOutput(claim.commandId, claim.token),
    );
    const totalBytes = Math.max(end.totalBytes, sealed.storedBytes);
    // Not where more is stored than there was to read: then the traces of what wrote it are gone.
    const complete = end.whole && end.totalBytes === sealed.storedBytes;
    return { observation, output: { ...sealed, totalBytes, complete } };
  } finally {
    over.abort(new Error('the command has ended'));
  }
}

async function startCommand(parts: WorkerParts, claim: Claim, start: Start, signal: AbortSignal): Promise<void> {
  let told: string | undefined;
  await persist(parts, claim, 'starting a command', signal, async () => {
    try {
      await start(signal);
    } catch (error) {
      if (!(error instanceof StartHindered) || error.message === told) throw error;
      const { reason, message } = error;
      await parts.feed.report(claim.commandId, claim.token, { type: 'pending', reason, message });
      told = message;
      throw error;
    }
  });
}

async function stopCommand(
  parts: WorkerParts,
  executor: Executor,
  claim: Claim,
  order: StopOrder,
  signal: AbortSignal,
): Promise<void> {
  await persist(parts, claim, 'stopping a command', signal, () =>
    executor.stop(claim.commandId, order.graceMs, signal),
  );
}

/** The worker's own word when nobody else has one: told to stop, and not proven dead in time. */
async function undeadAfter(parts: WorkerParts, order: StopOrder, signal: AbortSignal): Promise<FinalObservation> {
  const limitMs = order.graceMs + stopMarginMs;
  await parts.clock.sleep(limitMs, signal);
  signal.throwIfAborted();
  return {
    type: 'undead',
    message: `It was told to stop (${order.cause}), and its death was not proven within ${limitMs / 1000} seconds. It may still run.`,
  };
}
