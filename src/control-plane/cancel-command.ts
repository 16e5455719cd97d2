import type { CommandId } from '../core/command-id.ts';
import type { Command } from '../core/command.ts';
import type { ClusterAddress } from '../core/resource-id.ts';
import { act, requireCommand } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';
import { commandTarget } from './first-read.ts';
import { moveCommand, ringFor } from './move-command.ts';

/**
 * Asks for the end of a command: one that waits is cancelled at once, one that may run is stopped by its worker.
 * Idempotent; a command that has ended stays as it ended.
 * @returns the command as it stands after it.
 * @throws {LongarmError} `AuthorizationFailed`, `ResourceNotFound`, `NotFound`.
 */
export async function cancelCommand(
  plane: ControlPlane,
  actor: Actor,
  address: ClusterAddress,
  id: CommandId,
): Promise<Command> {
  const command = await act(plane, actor, async (repositories) => {
    const action = 'Microsoft.ContainerService/managedClusters/commandResults/cancel/action';
    const found = await requireCommand(repositories, actor, action, address, id);
    const now = plane.clock.now();
    const moved = await moveCommand(repositories.commands, id, { type: 'requestStop', cause: 'cancel' }, now);
    if (!moved.ok) return found.command;
    await repositories.audit.append({
      at: now,
      verb: 'command.cancel',
      principal: actor.principal,
      target: commandTarget(found.cluster, id),
      correlationId: actor.correlationId,
      details: { phase: found.command.phase },
    });
    return moved.command;
  });
  ringFor(plane.bell, command);
  return command;
}
