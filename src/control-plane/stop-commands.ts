import type { Cluster } from '../core/cluster.ts';
import type { Command } from '../core/command.ts';
import type { Repositories } from '../ports/store.ts';
import type { ControlPlane } from './dependencies.ts';
import { moveCommand } from './move-command.ts';

/**
 * Stops everything that waits or runs in a cluster whose run command was switched off. Part of the transaction that
 * switches it. @returns the commands as they stand after it, for the caller to ring for.
 */
export async function stopCommands(
  plane: Pick<ControlPlane, 'clock'>,
  repositories: Repositories,
  cluster: Cluster,
): Promise<readonly Command[]> {
  const stopped: Command[] = [];
  const event = { type: 'requestStop', cause: 'runCommandDisabled' } as const;
  for (const { facts } of await repositories.commands.unfinished(cluster.uid)) {
    const moved = await moveCommand(repositories.commands, facts.id, event, plane.clock.now());
    if (moved.ok) stopped.push(moved.command);
  }
  return stopped;
}
