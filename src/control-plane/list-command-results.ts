import type { CommandId } from '../core/command-id.ts';
import type { Instant } from '../core/instant.ts';
import { principalKey } from '../core/principal.ts';
import type { ClusterAddress } from '../core/resource-id.ts';
import { clusterScope } from '../core/scope.ts';
import type { CommandQuery } from '../ports/command-store.ts';
import { AccessDenied, hasAccess, look, requireCluster } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';
import { type CommandView, viewOf } from './get-command-result.ts';

/** Which commands of a cluster are asked for. */
export type CommandFilter = Omit<CommandQuery, 'clusterUid'>;

/** A page of commands, the newest first. */
export interface CommandPage {
  readonly views: readonly CommandView[];
  /** Where the next page begins; absent on the last one. */
  readonly next?: { readonly submittedAt: Instant; readonly id: CommandId };
}

/**
 * A page of a cluster's commands: everybody's for who may read them, else the caller's own for who may run some.
 * @throws {LongarmError} `AuthorizationFailed`, `ResourceNotFound`.
 */
export async function listCommandResults(
  plane: ControlPlane,
  actor: Actor,
  address: ClusterAddress,
  filter: CommandFilter,
): Promise<CommandPage> {
  return look(plane, actor, async (repositories) => {
    const scope = clusterScope(address);
    const readAll = 'Microsoft.ContainerService/managedClusters/commandResults/read';
    const seesAll = await hasAccess(repositories, actor, readAll, scope);
    const run = 'Microsoft.ContainerService/managedClusters/runcommand/action';
    if (!seesAll && !(await hasAccess(repositories, actor, run, scope))) throw new AccessDenied(actor, readAll, scope);
    const cluster = await requireCluster(repositories, actor, seesAll ? readAll : run, address);
    const self = principalKey(actor.principal);
    if (!seesAll && filter.submittedBy !== undefined && filter.submittedBy !== self) return { views: [] };
    // One more than is asked for tells whether there is a next page.
    const query: CommandQuery = { ...filter, clusterUid: cluster.uid, limit: filter.limit + 1 };
    const found = await repositories.commands.page(seesAll ? query : { ...query, submittedBy: self });
    const page = found.slice(0, filter.limit);
    const views: CommandView[] = [];
    for (const command of page) views.push(await viewOf(plane, repositories, cluster, command));
    const last = page.at(-1);
    if (found.length <= filter.limit || last === undefined) return { views };
    return { views, next: { submittedAt: last.facts.submittedAt, id: last.facts.id } };
  });
}
