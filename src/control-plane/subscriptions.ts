import { contains, groupScope, rootScope, type Scope } from '../core/scope.ts';
import type { Actor, ControlPlane } from './dependencies.ts';

/**
 * The subscriptions in which the actor has an assignment, at, above or below them: `az login` fails on an empty
 * list. With an assignment above all of them it sees those that have a cluster, and the server's own.
 */
export async function listSubscriptions(
  plane: ControlPlane,
  actor: Actor,
  ownSubscriptionId: string,
): Promise<readonly string[]> {
  return plane.store.read(async ({ directory }) => {
    const assignments = await directory.assignmentsOf(actor.principal.issuer, actor.principal.id);
    const known = new Set([ownSubscriptionId.toLowerCase()]);
    for (const cluster of await directory.clusters()) known.add(cluster.address.subscriptionId);
    for (const { scope } of assignments) {
      const id = subscriptionOf(scope);
      if (id !== undefined) known.add(id);
    }
    const visible = [...known].filter((id) => {
      const subscription = groupScope(id);
      return assignments.some(({ scope }) => contains(scope, subscription) || contains(subscription, scope));
    });
    return visible.toSorted();
  });
}

function subscriptionOf(scope: Scope): string | undefined {
  return scope === rootScope ? undefined : scope.split('/')[2];
}
