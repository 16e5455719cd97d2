import type { CommandId, LeaseToken } from '../../core/command-id.ts';
import { type Command, isTerminal } from '../../core/command.ts';
import type { CommandEvent } from '../../core/event.ts';
import type { UnpackedPayload } from '../../core/launch.ts';
import type { Report } from '../../ports/command-feed.ts';
import type { ControlPlane } from '../dependencies.ts';
import { moveCommand, ringFor } from '../move-command.ts';
import { leaseLost, requireHeld } from './held-command.ts';
import type { Seals } from './seal-output.ts';

/**
 * Takes what a worker says. A report that was taken before is taken again without effect.
 * @throws {LeaseLost}
 */
export async function report(
  plane: ControlPlane,
  seals: Seals,
  id: CommandId,
  token: LeaseToken,
  said: Report,
): Promise<void> {
  if (said.type === 'ended') await seals.require(id, token, said.output);
  const event = toEvent(token, said);
  const command = await plane.store.write(async ({ commands }) => {
    const moved = await moveCommand(commands, id, event, plane.clock.now());
    if (moved.ok) return moved.command;
    const standing = await commands.get(id);
    if (standing !== undefined && wasTaken(standing, token, said)) return standing;
    if (moved.refusal === 'otherMeans') throw new Error(`Command ${id} may have begun already, in other means.`);
    if (moved.refusal === 'wrongPhase') throw new Error(`Command ${id} (${standing?.phase}) cannot be '${said.type}'.`);
    throw leaseLost(id, standing);
  });
  if (isTerminal(command)) seals.forget(id);
  ringFor(plane.bell, command);
}

/**
 * The text, files and token of a command, for the holder of its lease. They are unpacked here: what a worker trusts it gets
 * from the server, and a client's archive reaches no other machine.
 * @throws {LeaseLost} @throws {SealError} @throws {LongarmError} `InvalidContext`.
 */
export async function payload(
  plane: ControlPlane,
  id: CommandId,
  token: LeaseToken,
): Promise<UnpackedPayload | undefined> {
  const stored = await plane.store.read(async ({ commands }) => {
    await requireHeld(commands, id, token);
    return commands.payload(id);
  });
  if (stored === undefined) return undefined;
  const { context, ...rest } = stored;
  return { ...rest, files: context === undefined ? [] : await plane.contexts.read(context) };
}

/** Gives the lease up. Nothing happens when it is lost already. */
export async function release(plane: ControlPlane, id: CommandId, token: LeaseToken): Promise<void> {
  const event = { type: 'dropLease', token, workerDied: false } as const;
  const moved = await plane.store.write(({ commands }) => moveCommand(commands, id, event, plane.clock.now()));
  if (!moved.ok) return;
  ringFor(plane.bell, moved.command);
  plane.bell.ring('queue');
}

function toEvent(token: LeaseToken, said: Report): CommandEvent {
  switch (said.type) {
    case 'launching':
      return { type: 'launch', token };
    case 'pending':
      return { ...said, token };
    case 'admitted':
      return { type: 'admit', token, means: said.means };
    case 'started':
      return { type: 'start', token, startedAt: said.startedAt };
    case 'ended':
      return { type: 'end', token, observation: said.observation, output: said.output };
  }
}

/** Whether the report repeats what is known, as one does whose answer was lost. */
function wasTaken(command: Command, token: LeaseToken, said: Report): boolean {
  if (isTerminal(command) || command.phase === 'accepted' || command.lease.token !== token) return false;
  switch (said.type) {
    case 'launching':
      return command.phase === 'launching' || command.phase === 'running';
    case 'pending':
    case 'started':
      return command.phase === 'running';
    case 'admitted':
      return false;
    case 'ended':
      return false;
  }
}
