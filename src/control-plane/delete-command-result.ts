import type { CommandId } from '../core/command-id.ts';
import { isTerminal } from '../core/command.ts';
import { LongarmError } from '../core/error-code.ts';
import type { ClusterAddress } from '../core/resource-id.ts';
import { act, requireCommand } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';
import { commandTarget } from './first-read.ts';

/**
 * Removes a finished command and its output for good. The audit keeps its rows.
 * @throws {LongarmError} `AuthorizationFailed`, `ResourceNotFound`, `NotFound`, `CommandNotFinished`.
 */
export async function deleteCommandResult(
  plane: ControlPlane,
  actor: Actor,
  address: ClusterAddress,
  id: CommandId,
): Promise<void> {
  await act(plane, actor, async (repositories) => {
    const action = 'Microsoft.ContainerService/managedClusters/commandResults/delete';
    const { cluster, command } = await requireCommand(repositories, actor, action, address, id);
    if (!isTerminal(command)) {
      throw new LongarmError(
        'CommandNotFinished',
        `The command '${id}' is ${command.phase}. Cancel it, or wait for its end, and delete it then.`,
      );
    }
    await repositories.commands.remove(id);
    await repositories.audit.append({
      at: plane.clock.now(),
      verb: 'command.delete',
      principal: actor.principal,
      target: commandTarget(cluster, id),
      correlationId: actor.correlationId,
      details: { textSha256: command.facts.textSha256 },
    });
  });
  // After the commit: a crash in between leaves output of an unknown command, which the sweep removes.
  await plane.outputs.remove(id);
}
