import type { CommandId, LeaseToken } from '../../core/command-id.ts';
import type { ControlPlane } from '../dependencies.ts';
import { moveCommand, ringFor } from '../move-command.ts';
import { requireHeld } from './held-command.ts';

/**
 * Stores output up to the command's limit. A command that goes beyond it is asked to stop; what there is stays.
 * @returns the stored length.
 * @throws {LeaseLost} @throws {OutputGap}
 */
export async function appendOutput(
  plane: ControlPlane,
  id: CommandId,
  token: LeaseToken,
  offset: number,
  bytes: Uint8Array,
): Promise<number> {
  const { facts } = await plane.store.read(({ commands }) => requireHeld(commands, id, token));
  const room = Math.max(0, facts.outputLimitBytes - offset);
  const stored = await plane.outputs.append(id, offset, bytes.subarray(0, room));
  plane.bell.ring(`output/${id}`);
  if (bytes.length > room) {
    const event = { type: 'requestStop', cause: 'outputLimit' } as const;
    const moved = await plane.store.write(({ commands }) => moveCommand(commands, id, event, plane.clock.now()));
    if (moved.ok) ringFor(plane.bell, moved.command);
  }
  return stored;
}
