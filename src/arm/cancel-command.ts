import { cancelCommand } from '../control-plane/cancel-command.ts';
import { parseClusterAddress, parseCommandIdParam } from '../wire/cluster-path.ts';
import type { Operation } from '../wire/operation.ts';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { clusterAccess, paths, pollHeaders } from './paths.ts';

/** Cancels a command: 202, and the result tells how it ended. Idempotent. Ours. */
export function cancelCommandOperation(parts: ArmParts): Operation {
  return {
    id: 'Longarm_CancelCommand',
    method: 'POST',
    path: `${paths.cluster}/commandResults/{commandId}/cancel`,
    summary: 'Asks for the end of a command. One that has ended stays as it ended.',
    extension: true,
    apiVersioned: true,
    access: clusterAccess('Microsoft.ContainerService/managedClusters/commandResults/cancel/action'),
    parameters: [],
    responses: {
      202: { description: 'Accepted', headers: { Location: 'URL to query for the end of the command.' } },
    },
    handle: async (request) => {
      const address = parseClusterAddress(request.params);
      const id = parseCommandIdParam(request.params);
      await cancelCommand(parts.plane, actorOf(request), address, id);
      return { status: 202, headers: pollHeaders(request, address, id, parts.maxHoldSeconds) };
    },
  };
}
