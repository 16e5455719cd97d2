import type { CommandId, LeaseToken } from '../../core/command-id.ts';
import type { ControlPlane } from '../dependencies.ts';
import { moveCommand, ringFor } from '../move-command.ts';
import { OutputSealed } from '../../ports/output-store.ts';
import { requireHeld } from './held-command.ts';
import type { Seals } from './seal-output.ts';

/**
 * Stores output up to the command's limit. A command that goes beyond it is asked to stop; what there is stays.
 * @returns the stored length.
 * @throws {LeaseLost} @throws {OutputGap} @throws {OutputSealed}
 */
export async function appendOutput(
  plane: ControlPlane,
  seals: Seals,
  id: CommandId,
  token: LeaseToken,
  offset: number,
  bytes: Uint8Array,
): Promise<number> {
  const { facts } = await plane.store.read(({ commands }) => requireHeld(commands, id, token));
  // A call that comes late, after its worker has sealed. Of a seal of nothing the store does not know.
  if (seals.hasMade(id, token) && offset + bytes.length > (await plane.outputs.length(id))) {
    throw new OutputSealed(`The output of command ${id} is final.`);
  }
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
