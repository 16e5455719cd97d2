import type { CommandId } from '../core/command-id.ts';
import type { Phase } from '../core/command.ts';
import type { Instant } from '../core/instant.ts';
import { principalKey } from '../core/principal.ts';
import type { ClusterAddress } from '../core/resource-id.ts';
import { clusterScope } from '../core/scope.ts';
import type { CommandQuery } from '../ports/command-store.ts';
import { AccessDenied, hasAccess, look, requireCluster } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';
import { type CommandView, viewOf } from './get-command-result.ts';

/** Which commands of a cluster are asked for. */
export interface CommandFilter {
  readonly phases?: readonly Phase[];
  /** The key of a principal. */
  readonly submittedBy?: string;
  readonly submittedFrom?: Instant;
  readonly submittedTo?: Instant;
  readonly after?: { readonly submittedAt: Instant; readonly id: CommandId };
  /** At most this many. */
  readonly limit: number;
}

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
    const asked = filter.submittedBy;
    if (!seesAll && asked !== undefined && asked !== self) return { views: [] };
    const query: CommandQuery = {
      clusterUid: cluster.uid,
      limit: filter.limit + 1,
      ...(filter.phases && { phases: filter.phases }),
      ...(filter.submittedFrom !== undefined && { submittedFrom: filter.submittedFrom }),
      ...(filter.submittedTo !== undefined && { submittedTo: filter.submittedTo }),
      ...(filter.after && { after: filter.after }),
      ...(!seesAll ? { submittedBy: self } : asked ? { submittedBy: asked } : {}),
    };
    const found = await repositories.commands.page(query);
    const page = found.slice(0, filter.limit);
    const views: CommandView[] = [];
    for (const command of page) views.push(await viewOf(plane, repositories, cluster, command));
    const last = page.at(-1);
    if (found.length <= filter.limit || last === undefined) return { views };
    return { views, next: { submittedAt: last.facts.submittedAt, id: last.facts.id } };
  });
}
