import { deleteCommandResult } from '../control-plane/delete-command-result.ts';
import { parseClusterAddress, parseCommandIdParam } from '../wire/cluster-path.ts';
import type { Operation } from '../wire/operation.ts';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { clusterAccess, paths } from './paths.ts';

/** Deletes a finished command with its output. Ours. */
export function deleteCommandResultOperation(parts: ArmParts): Operation {
  return {
    id: 'Longarm_DeleteCommandResult',
    method: 'DELETE',
    path: `${paths.cluster}/commandResults/{commandId}`,
    summary: 'Deletes a finished command and its output for good.',
    extension: true,
    apiVersioned: true,
    access: clusterAccess('Microsoft.ContainerService/managedClusters/commandResults/delete'),
    parameters: [],
    responses: { 204: { description: 'Deleted.' } },
    handle: async (request) => {
      const address = parseClusterAddress(request.params);
      await deleteCommandResult(parts.plane, actorOf(request), address, parseCommandIdParam(request.params));
      return { status: 204 };
    },
  };
}
