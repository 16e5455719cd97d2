import type { Cluster } from '../core/cluster.ts';
import type { CommandId } from '../core/command-id.ts';
import { clusterResourceId } from '../core/resource-id.ts';
import type { Actor, ControlPlane } from './dependencies.ts';

/** What the audit calls a command. */
export function commandTarget(cluster: Cluster, id: CommandId): string {
  return `${clusterResourceId(cluster.address)}/commandResults/${id}`;
}

/**
 * Leaves an audit row when this principal reads the command's result or output for the first time. Looks before it
 * writes, so that a poll of a result read long ago costs no commit.
 */
export async function auditFirstRead(
  plane: ControlPlane,
  actor: Actor,
  cluster: Cluster,
  id: CommandId,
): Promise<void> {
  const read = { verb: 'command.read', principal: actor.principal, target: commandTarget(cluster, id) } as const;
  if (await plane.store.read(({ audit }) => audit.contains(read))) return;
  await plane.store.write(({ audit }) =>
    audit.append({ ...read, at: plane.clock.now(), correlationId: actor.correlationId, details: {} }),
  );
}
