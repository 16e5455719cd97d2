import type { FinalObservation } from '../core/observation.ts';
import { type Claim, LeaseLost } from '../ports/command-feed.ts';
import { type Executor, SpoolGone } from '../ports/executor.ts';
import { OutputSealed } from '../ports/output-store.ts';
import { untilDone } from './backoff.ts';
import type { WorkerParts } from './dependencies.ts';

/** How long the rest of the output may take, without progress, after an end that promises it will come. */
const patienceMs = 15 * 60_000;
/** The same after an end that leaves it open whether there is a rest at all. */
const drainMs = 30_000;

/** How the reading of a spool ended. */
export interface PumpEnd {
  /** How much the command wrote, as far as is known. */
  readonly totalBytes: number;
  /** Whether this is known to be all that the command wrote. */
  readonly whole: boolean;
}

/** A spool that is being carried into the store. */
export interface Pump {
  /** @throws {LeaseLost} @throws the signal's reason when it aborts; what was stored by then stays. */
  readonly end: Promise<PumpEnd>;
  /** How much is stored by now. */
  storedBytes(): number;
}

/**
 * Begins to carry the spool into the store, from where the store left off, until the spool ends. The stored length
 * is the only cursor: whatever breaks off is read again from there.
 */
export function startPump(parts: WorkerParts, executor: Executor, claim: Claim, signal: AbortSignal): Pump {
  const { commandId, token } = claim;
  let offset = claim.storedBytes;
  let isFull = false;
  const sink = async (bytes: Uint8Array) => {
    // Beyond the command's limit the spool is only read to its end, which says how much was written.
    if (isFull) return;
    const expected = offset + bytes.length;
    offset = await parts.feed.appendOutput(commandId, token, offset, bytes);
    isFull = offset < expected;
    // A late call, of this worker or of the one before it, was faster: what comes next here is stored already.
    if (offset > expected) throw new Error(`More is stored of command ${commandId} than was read: ${offset} bytes.`);
  };
  const pump = async (): Promise<PumpEnd> => {
    try {
      const { totalBytes } = await untilDone(
        parts,
        signal,
        () => executor.readOutput(commandId, offset, sink, signal),
        (error) => error instanceof LeaseLost || isEnd(error),
        (error, tries) => parts.log.warn({ commandId, offset, tries, error }, 'reading output failed; trying again'),
      );
      // A spool shorter than what was stored was cut by the command itself: what is stored is all there is to keep.
      return { totalBytes: Math.max(totalBytes, offset), whole: totalBytes === offset };
    } catch (error) {
      if (isEnd(error)) return { totalBytes: offset, whole: false };
      throw error;
    }
  };
  return { end: pump(), storedBytes: () => offset };
}

/** Nothing more will come into the store: no spool, or a seal that an earlier worker made. */
function isEnd(error: unknown): boolean {
  return error instanceof SpoolGone || error instanceof OutputSealed;
}

/**
 * Waits for the rest of the output: as long as it comes after an end that promises it, for a little while after one
 * that leaves it open, and not at all where nothing ran. What is missing then is said by `whole: false`, and so is what
 * may be missing: only the record of an exit proves that every byte came into the spool.
 * @throws {LeaseLost} @throws the signal's reason.
 */
export async function drainPump(
  parts: WorkerParts,
  observation: FinalObservation,
  pump: Pump,
  signal: AbortSignal,
): Promise<PumpEnd> {
  switch (observation.type) {
    case 'exited':
      return drainFor(parts, patienceMs, pump, signal);
    case 'killed': {
      const end = await drainFor(parts, patienceMs, pump, signal);
      return observation.exitRecorded === true ? end : { ...end, whole: false };
    }
    case 'lost':
    case 'undead':
      return { ...(await drainFor(parts, drainMs, pump, signal)), whole: false };
    case 'refused':
    case 'neverStarted':
      return { totalBytes: 0, whole: true };
  }
}

async function drainFor(parts: WorkerParts, stallMs: number, pump: Pump, signal: AbortSignal): Promise<PumpEnd> {
  const drained = new AbortController();
  const waiting = AbortSignal.any([signal, drained.signal]);
  const stalled = async (): Promise<PumpEnd> => {
    for (;;) {
      const before = pump.storedBytes();
      await parts.clock.sleep(stallMs, waiting);
      waiting.throwIfAborted();
      if (pump.storedBytes() === before) return { totalBytes: before, whole: false };
    }
  };
  try {
    return await Promise.race([pump.end, stalled()]);
  } finally {
    drained.abort(new Error('the output has ended'));
  }
}
