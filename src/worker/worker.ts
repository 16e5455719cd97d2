import type { CommandId, WorkerId } from '../core/command-id.ts';
import { type Claim, LeaseLost } from '../ports/command-feed.ts';
import { untilDone } from './backoff.ts';
import { carryOut } from './carry-out.ts';
import type { WorkerParts } from './dependencies.ts';
import { sweep } from './sweep.ts';

/** A worker that was started. */
export interface Worker {
  /** The commands it carries out at the moment. */
  readonly active: ReadonlySet<CommandId>;
  /**
   * Stops it. What runs goes on running and is left to be adopted, its lease given back. Resolves when nothing of
   * the worker is under way any more. May be called twice.
   */
  stop(): Promise<void>;
}

/** How a worker works. */
export interface WorkerOptions {
  readonly id: WorkerId;
  /** How many commands it carries out at once, of all clusters together. */
  readonly concurrency: number;
  /** How long between two sweeps, in milliseconds. */
  readonly sweepMs: number;
}

/** Starts a worker: it claims commands, carries them out, and sweeps. */
export function startWorker(parts: WorkerParts, options: WorkerOptions): Worker {
  const stopping = new AbortController();
  const { signal } = stopping;
  const active = new Map<Promise<void>, CommandId>();
  const ids = new Set<CommandId>();
  let wakeClaimer = Promise.withResolvers<void>();
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

  const begin = (claim: Claim): void => {
    const { commandId } = claim;
    const done = carryOutOrLetGo(parts, claim, signal).finally(() => {
      active.delete(done);
      // This worker may have adopted its own command after a lease was lost, and carries it out anew by now.
      if (![...active.values()].includes(commandId)) ids.delete(commandId);
      wakeClaimer.resolve();
    });
    ids.add(commandId);
    active.set(done, commandId);
  };

  const claiming = (async () => {
    while (!signal.aborted) {
      if (active.size >= options.concurrency) {
        wakeClaimer = Promise.withResolvers();
        await Promise.race([wakeClaimer.promise, stopped]);
        continue;
      }
      const claim = await untilDone(
        parts,
        signal,
        () => parts.feed.claim(options.id, signal),
        () => false,
        (error, tries) => parts.log.warn({ tries, error }, 'claiming failed; trying again'),
      ).catch(ignoreAbort(signal));
      if (claim !== undefined) begin(claim);
    }
  })();

  const sweeping = (async () => {
    while (!signal.aborted) {
      await sweep(parts, signal).catch((error: unknown) => {
        if (!signal.aborted) parts.log.warn({ error }, 'a sweep failed; the next one tries again');
      });
      await parts.clock.sleep(options.sweepMs, signal);
    }
  })();

  return {
    active: ids,
    stop: async () => {
      stopping.abort(new Error('the worker is stopping'));
      await Promise.all([claiming, sweeping]);
      await Promise.all(active.keys());
    },
  };
}

async function carryOutOrLetGo(parts: WorkerParts, claim: Claim, signal: AbortSignal): Promise<void> {
  const { commandId, token } = claim;
  try {
    await carryOut(parts, claim, signal);
  } catch (error) {
    if (error instanceof LeaseLost) {
      parts.log.info({ commandId }, 'let go of a command that is not this worker’s any more');
      return;
    }
    if (!signal.aborted) parts.log.warn({ commandId, error }, 'carrying out a command broke off; it can be adopted');
    await parts.feed.release(commandId, token).catch((failure: unknown) => {
      parts.log.warn({ commandId, error: failure }, 'giving back a lease failed; it runs out by itself');
    });
  }
}

/** An abort is how waiting ends when the worker stops, and no failure. */
function ignoreAbort(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted) throw error;
    return undefined;
  };
}
