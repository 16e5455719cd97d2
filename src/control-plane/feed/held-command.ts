import type { CommandId, LeaseToken } from '../../core/command-id.ts';
import { type Claimed, type Command, isTerminal, type Launching, type Running } from '../../core/command.ts';
import { LeaseLost } from '../../ports/command-feed.ts';
import type { CommandStore } from '../../ports/command-store.ts';

/** A command with a lease. */
export type Held = Claimed | Launching | Running;

/** Tells whether this token is the command's lease. An expired lease is still held until somebody takes it. */
export function isHeld(command: Command | undefined, token: LeaseToken): command is Held {
  return command !== undefined && !isTerminal(command) && command.phase !== 'accepted' && command.lease.token === token;
}

/** The command, for the holder of its lease. @throws {LeaseLost} */
export async function requireHeld(commands: CommandStore, id: CommandId, token: LeaseToken): Promise<Held> {
  const command = await commands.get(id);
  if (!isHeld(command, token)) throw leaseLost(id, command);
  return command;
}

/** What a worker is told that no longer holds the command. */
export function leaseLost(id: CommandId, command: Command | undefined): LeaseLost {
  const standing = command === undefined ? 'unknown' : command.phase;
  return new LeaseLost(`The lease on command ${id} (${standing}) is not this worker's any more.`);
}
