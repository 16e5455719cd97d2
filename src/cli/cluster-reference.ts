import {
  type ClusterAddress,
  parseClusterName,
  parseResourceGroupName,
  parseSubscriptionId,
} from '../core/resource-id.ts';
import { quote } from '../wire/quote.ts';
import { UsageError } from './usage-error.ts';

/** Where a cluster is looked for when only its name is given. */
export interface ClusterDefaults {
  readonly subscriptionId: string | undefined;
  readonly resourceGroup: string | undefined;
}

/**
 * Understands `NAME`, `GROUP/NAME`, and a whole ARM id.
 * @throws {UsageError} where a part is missing or breaks its rule.
 */
export function parseClusterReference(text: string, defaults: ClusterDefaults): ClusterAddress {
  const arm =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.ContainerService\/managedClusters\/([^/]+)\/?$/i.exec(
      text,
    );
  const short = arm === null ? /^(?:([^/]+)\/)?([^/]+)$/.exec(text) : null;
  const name = arm?.[3] ?? short?.[2];
  if (name === undefined) {
    throw new UsageError(`${quote(text)} names no cluster. Write NAME, GROUP/NAME, or the whole ARM id.`);
  }
  const subscription = arm?.[1] ?? defaults.subscriptionId;
  const group = arm?.[2] ?? short?.[1] ?? defaults.resourceGroup;
  if (subscription === undefined) throw new UsageError('Which subscription? Give --subscription ID.');
  if (group === undefined)
    throw new UsageError('Which resource group? Give --resource-group NAME, or write GROUP/NAME.');
  return {
    subscriptionId: check(parseSubscriptionId(subscription), subscription, 'a subscription: it must be a UUID'),
    resourceGroup: check(parseResourceGroupName(group), group, 'a resource group: 1 to 90 characters'),
    name: check(
      parseClusterName(name),
      name,
      'a cluster: 1 to 63 letters, digits, "-" and "_", the first and last a letter or digit',
    ),
  };
}

function check<T>(parsed: T | undefined, text: string, what: string): T {
  if (parsed === undefined) throw new UsageError(`${quote(text)} cannot name ${what}.`);
  return parsed;
}
