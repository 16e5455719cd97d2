import type { Cluster } from '../core/cluster.ts';
import type { CommandId } from '../core/command-id.ts';
import { clusterResourceId } from '../core/resource-id.ts';
import type { Repositories } from '../ports/store.ts';
import type { Actor, ControlPlane } from './dependencies.ts';

/** What the audit calls a command. */
export function commandTarget(cluster: Cluster, id: CommandId): string {
  return `${clusterResourceId(cluster.address)}/commandResults/${id}`;
}

/** Tells whether this principal has read the command's result or output before. */
export async function wasReadBefore(
  { audit }: Repositories,
  actor: Actor,
  cluster: Cluster,
  id: CommandId,
): Promise<boolean> {
  return await audit.contains(readOf(actor, cluster, id));
}

/**
 * Leaves an audit row that this principal read the command's result or output. Only where `wasReadBefore` says no, in
 * the transaction in which it was read: a poll of a result read long ago costs no commit.
 */
export async function auditFirstRead(
  plane: ControlPlane,
  actor: Actor,
  cluster: Cluster,
  id: CommandId,
): Promise<void> {
  const at = plane.clock.now();
  const fact = { ...readOf(actor, cluster, id), at, correlationId: actor.correlationId, details: {} };
  await plane.store.write(({ audit }) => audit.append(fact));
}

function readOf({ principal }: Actor, cluster: Cluster, id: CommandId) {
  return { verb: 'command.read', principal, target: commandTarget(cluster, id) } as const;
}
