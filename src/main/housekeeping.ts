import type { Logger } from 'pino';
import { expireOverdue } from '../control-plane/expire.ts';
import { prune, sweepOutputs } from '../control-plane/prune.ts';
import type { ControlPlane } from '../control-plane/dependencies.ts';

const second = 1000;
const hour = 3600 * second;

/** What is done again and again while the server runs. */
export interface Housekeeping {
  /** Stops it; resolves when nothing of it is under way. May be called twice. */
  stop(): Promise<void>;
}

/** What the composition adds to the housekeeping. */
export interface Chores {
  readonly eachSecond: () => Promise<void>;
  readonly eachDay: () => Promise<void>;
}

/** Starts the timers: deadlines each second, retention each hour, and what else is to be done. */
export function startHousekeeping(
  plane: ControlPlane,
  log: Logger,
  auditRetentionMs: number,
  more: Chores,
): Housekeeping {
  const stopping = new AbortController();
  const chores = [
    repeat(plane, log, stopping.signal, second, 'expiring', async () => {
      await expireOverdue(plane);
    }),
    repeat(plane, log, stopping.signal, second, 'counting denials', () => plane.denials.flush()),
    repeat(plane, log, stopping.signal, hour, 'pruning', async () => {
      const pruned = { ...(await prune(plane, auditRetentionMs)), outputs: await sweepOutputs(plane) };
      if (Object.values(pruned).some((count) => count > 0)) log.info(pruned, 'removed what has outlived its retention');
    }),
    repeat(plane, log, stopping.signal, second, 'watching the clock', more.eachSecond),
    repeat(plane, log, stopping.signal, 24 * hour, 'daily work', more.eachDay),
  ];
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(chores);
    },
  };
}

async function repeat(
  plane: ControlPlane,
  log: Logger,
  signal: AbortSignal,
  everyMs: number,
  what: string,
  chore: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await chore();
    } catch (error) {
      log.error({ error }, `${what} failed; it is tried again`);
    }
    await plane.clock.sleep(everyMs, signal);
  }
}
