import type { CommandId, LeaseToken } from '../../core/command-id.ts';
import type { StopCause } from '../../core/command.ts';
import { addMs, type Instant, msBetween } from '../../core/instant.ts';
import { stopMarginMs } from '../../core/transition.ts';
import type { Renewal } from '../../ports/command-feed.ts';
import type { ControlPlane } from '../dependencies.ts';
import { moveCommand, ringFor } from '../move-command.ts';
import { type Held, isHeld } from './held-command.ts';

/**
 * Answers a worker that wants to keep a command. Waits up to a third of the lease for something to say, and only
 * then extends the lease: a command shorter than that costs no write.
 */
export async function renew(
  plane: ControlPlane,
  id: CommandId,
  token: LeaseToken,
  known: StopCause | undefined,
  signal: AbortSignal,
): Promise<Renewal> {
  const patienceMs = plane.leaseMs / 3;
  const deadlineMs = plane.clock.monotonicMs() + patienceMs;
  const ear = plane.bell.listen(`command/${id}`);
  try {
    for (;;) {
      const command = await plane.store.read(({ commands }) => commands.get(id));
      if (!isHeld(command, token)) return { type: 'letGo' };
      const now = plane.clock.now();
      const due = dueStop(command, now);
      if (due !== undefined && due.inMs <= 0) {
        await requestStop(plane, id, due.cause, now);
        continue;
      }
      if (command.phase !== 'claimed' && command.stop !== undefined && known === undefined) {
        const { cause, deadline } = command.stop;
        await extend(plane, id, token);
        return { type: 'stop', cause, graceMs: graceFor(cause, command.facts.graceMs), deadline };
      }
      const leftMs = deadlineMs - plane.clock.monotonicMs();
      if (leftMs <= 0 || signal.aborted) return (await extend(plane, id, token)) ? { type: 'keep' } : { type: 'letGo' };
      await ear.next(Math.min(leftMs, due?.inMs ?? leftMs), signal);
    }
  } finally {
    ear.close();
  }
}

/** A command that writes without end fills the disk during its grace, so it is given little of one. */
function graceFor(cause: StopCause, graceMs: number): number {
  return cause === 'outputLimit' ? Math.min(graceMs, 5_000) : graceMs;
}

/**
 * The limits that the server watches over: to start, and, behind the supervisor's own timer, to run. `undefined`
 * where a stop was asked for already.
 */
function dueStop(command: Held, now: Instant): { readonly cause: StopCause; readonly inMs: number } | undefined {
  if (command.phase === 'claimed' || command.stop !== undefined) return undefined;
  if (command.phase === 'launching') {
    return { cause: 'startTimeout', inMs: msBetween(now, command.startDeadline) };
  }
  const { timeoutMs, graceMs } = command.facts;
  const end = addMs(command.startedAt, timeoutMs + graceMs + stopMarginMs);
  return { cause: 'timeout', inMs: msBetween(now, end) };
}

async function requestStop(plane: ControlPlane, id: CommandId, cause: StopCause, now: Instant): Promise<void> {
  const event = { type: 'requestStop', cause } as const;
  const moved = await plane.store.write(({ commands }) => moveCommand(commands, id, event, now));
  if (moved.ok) ringFor(plane.bell, moved.command);
}

async function extend(plane: ControlPlane, id: CommandId, token: LeaseToken): Promise<boolean> {
  const now = plane.clock.now();
  const event = { type: 'renew', token, expiresAt: addMs(now, plane.leaseMs) } as const;
  const moved = await plane.store.write(({ commands }) => moveCommand(commands, id, event, now));
  return moved.ok;
}
