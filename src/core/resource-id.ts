import type { Brand } from './brand.ts';

/** A subscription's id: a UUID in lower case. */
export type SubscriptionId = Brand<string, 'SubscriptionId'>;

/** A resource group's name as written. Its case does not count. */
export type ResourceGroupName = Brand<string, 'ResourceGroupName'>;

/** A managed cluster's name as written. Its case does not count. */
export type ClusterName = Brand<string, 'ClusterName'>;

/** Where a managed cluster is found. */
export interface ClusterAddress {
  readonly subscriptionId: SubscriptionId;
  readonly resourceGroup: ResourceGroupName;
  readonly name: ClusterName;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Parses a subscription id; `undefined` for anything but a UUID. */
export function parseSubscriptionId(text: string): SubscriptionId | undefined {
  return uuid.test(text) ? (text.toLowerCase() as SubscriptionId) : undefined;
}

/** Parses a resource group name: 1 to 90 characters, none of them a control character or a slash. */
export function parseResourceGroupName(text: string): ResourceGroupName | undefined {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  return /^[^\u0000-\u001f\u007f/]{1,90}$/u.test(text) ? (text as ResourceGroupName) : undefined;
}

/** Parses a cluster name by the pattern of the API reference (*Managed Clusters: Run Command*, `resourceName`). */
export function parseClusterName(text: string): ClusterName | undefined {
  return /^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/.test(text) ? (text as ClusterName) : undefined;
}

/** The ARM resource id of a cluster, with its names as they were first written. */
export function clusterResourceId(address: ClusterAddress): string {
  const { subscriptionId, resourceGroup, name } = address;
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${name}`;
}
