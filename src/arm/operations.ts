import type { Operation } from '../wire/operation.ts';
import type { ArmParts } from './arm-parts.ts';
import { cancelCommandOperation } from './cancel-command.ts';
import { deleteClusterOperation } from './delete-cluster.ts';
import { deleteCommandResultOperation } from './delete-command-result.ts';
import { getClusterOperation } from './get-cluster.ts';
import { getCommandResultOperation } from './get-command-result.ts';
import { getOutputOperation } from './get-output.ts';
import { listClustersByGroupOperation, listClustersOperation } from './list-clusters.ts';
import { listCommandResultsOperation } from './list-command-results.ts';
import { metadataEndpointsOperation } from './metadata-endpoints.ts';
import { putClusterOperation } from './put-cluster.ts';
import { roleOperations } from './role-assignments.ts';
import { runCommandOperation } from './run-command.ts';
import { getSubscriptionOperation, listSubscriptionsOperation } from './subscriptions.ts';

/** All ARM operations. With `extensions: off` those that the vendor's API does not have are left out. */
export function armOperations(parts: ArmParts): readonly Operation[] {
  const operations = [
    runCommandOperation(parts),
    getCommandResultOperation(parts),
    listCommandResultsOperation(parts),
    deleteCommandResultOperation(parts),
    cancelCommandOperation(parts),
    getOutputOperation(parts),
    getClusterOperation(parts),
    listClustersOperation(parts),
    listClustersByGroupOperation(parts),
    putClusterOperation(parts),
    deleteClusterOperation(parts),
    ...roleOperations(parts),
    listSubscriptionsOperation(parts),
    getSubscriptionOperation(parts),
    metadataEndpointsOperation(parts),
  ];
  return parts.style.extensions ? operations : operations.filter((operation) => !operation.extension);
}
