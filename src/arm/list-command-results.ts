import { listCommandResults } from '../control-plane/list-command-results.ts';
import { parseClusterAddress } from '../wire/cluster-path.ts';
import { toCommandResult } from '../wire/command-result.ts';
import { type CommandResultList, commandResultListSchema } from '../wire/command-result-schema.ts';
import { listQueryParameters, parseListQuery } from '../wire/list-query.ts';
import type { Operation, OperationRequest } from '../wire/operation.ts';
import { toSkipToken } from '../wire/paging.ts';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { clusterAccess, paths } from './paths.ts';

/** Lists a cluster's commands, the newest first, without their output. Ours. */
export function listCommandResultsOperation(parts: ArmParts): Operation {
  return {
    id: 'Longarm_ListCommandResults',
    method: 'GET',
    path: `${paths.cluster}/commandResults`,
    summary: 'Lists the commands of the managed cluster, the newest first: all of them, or the caller’s own.',
    extension: true,
    apiVersioned: true,
    access: clusterAccess('Microsoft.ContainerService/managedClusters/commandResults/read'),
    parameters: listQueryParameters,
    responses: { 200: { description: 'A page of commands.', schema: commandResultListSchema } },
    handle: async (request) => {
      const actor = actorOf(request);
      const filter = parseListQuery(request.query, actor.principal);
      const page = await listCommandResults(parts.plane, actor, parseClusterAddress(request.params), filter);
      const value: CommandResultList = {
        value: page.views.map((view) => toCommandResult(view, parts.style)),
        ...(page.next === undefined ? {} : { nextLink: nextLink(request, toSkipToken(page.next)) }),
      };
      return { status: 200, body: { type: 'json', value } };
    },
  };
}

/** The same request, one page on. Absolute, as ARM's clients follow it as it is. */
function nextLink(request: OperationRequest, skipToken: string): string {
  const { subscriptionId = '', resourceGroupName = '', resourceName = '' } = request.params;
  const path = paths.cluster
    .replace('{subscriptionId}', encodeURIComponent(subscriptionId))
    .replace('{resourceGroupName}', encodeURIComponent(resourceGroupName))
    .replace('{resourceName}', encodeURIComponent(resourceName));
  const query = new URLSearchParams({ ...request.query, $skipToken: skipToken });
  return `${request.baseUrl}${path}/commandResults?${query}`;
}
