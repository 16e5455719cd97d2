import { type CommandId, parseCommandId } from '../core/command-id.ts';
import { LongarmError } from '../core/error-code.ts';
import {
  type ClusterAddress,
  type ClusterName,
  parseClusterName,
  parseResourceGroupName,
  parseSubscriptionId,
  type ResourceGroupName,
  type SubscriptionId,
} from '../core/resource-id.ts';
import { quote } from './quote.ts';

/** Path parameters by the names that Azure's path templates give them, percent-decoded. */
export type PathParameters = Readonly<Record<string, string>>;

/**
 * The subscription in the path: a UUID.
 * @throws {LongarmError} InvalidSubscriptionId, target `subscriptionId`.
 */
export function parseSubscription(params: PathParameters): SubscriptionId {
  const text = params['subscriptionId'] ?? '';
  const parsed = parseSubscriptionId(text);
  if (parsed === undefined) {
    throw new LongarmError(
      'InvalidSubscriptionId',
      `The provided subscription identifier ${quote(text)} is malformed or invalid. It must be a UUID.`,
      { target: 'subscriptionId' },
    );
  }
  return parsed;
}

/**
 * The resource group in the path: 1 to 90 characters.
 * @throws {LongarmError} InvalidParameter, target `resourceGroupName`.
 */
export function parseGroup(params: PathParameters): ResourceGroupName {
  const text = params['resourceGroupName'] ?? '';
  const parsed = parseResourceGroupName(text);
  if (parsed === undefined) {
    throw new LongarmError(
      'InvalidParameter',
      `The resource group name ${quote(text)} has ${Array.from(text).length} characters or one that is not allowed. ` +
        'It must have 1 to 90 characters, without a slash or control characters.',
      { target: 'resourceGroupName' },
    );
  }
  return parsed;
}

/**
 * Where the cluster in the path is found. The rules are those of the API reference (*Managed Clusters: Run Command*,
 * URI parameters); the leftmost that is broken is reported.
 * @throws {LongarmError} InvalidSubscriptionId, or InvalidParameter with the parameter's name as target.
 */
export function parseClusterAddress(params: PathParameters): ClusterAddress {
  return { subscriptionId: parseSubscription(params), resourceGroup: parseGroup(params), name: parseName(params) };
}

function parseName(params: PathParameters): ClusterName {
  const text = params['resourceName'] ?? '';
  const parsed = parseClusterName(text);
  if (parsed === undefined) {
    throw new LongarmError(
      'InvalidParameter',
      `The cluster name ${quote(text)} is not valid. It must have 1 to 63 characters: letters, digits, '-' and '_', ` +
        'the first and the last a letter or a digit.',
      { target: 'resourceName' },
    );
  }
  return parsed;
}

/**
 * The command in the path. The API reference gives `commandId` no rule, so what cannot be an id names no command: a
 * GUID with dashes or another length is answered like an id that is not there. Upper-case hex digits are taken, as
 * ARM ignores case in paths.
 * @throws {LongarmError} NotFound, target `commandId`.
 */
export function parseCommandIdParam(params: PathParameters): CommandId {
  const text = params['commandId'] ?? '';
  const parsed = parseCommandId(text.toLowerCase());
  if (parsed === undefined) {
    throw new LongarmError(
      'NotFound',
      `There is no command ${quote(text)}: a command's id is 32 hexadecimal digits without dashes.`,
      { target: 'commandId' },
    );
  }
  return parsed;
}
