import type { Brand } from './brand.ts';
import { type ClusterAddress, clusterResourceId, parseResourceGroupName, parseSubscriptionId } from './resource-id.ts';

/**
 * An ARM scope in lower case without a trailing slash: `/`, a subscription, a resource group, or a resource
 * below one. A scope contains itself and everything below it.
 */
export type Scope = Brand<string, 'Scope'>;

/** The scope of everything. */
export const rootScope = '/' as Scope;

/** Parses a scope; `undefined` where it is not one of the four forms. */
export function parseScope(text: string): Scope | undefined {
  if (text === '/') return rootScope;
  const segments = text.replace(/\/$/, '').split('/');
  const [empty, subscriptions, subscriptionId, groups, group, ...resource] = segments;
  if (empty !== '' || subscriptions?.toLowerCase() !== 'subscriptions') return undefined;
  if (subscriptionId === undefined || parseSubscriptionId(subscriptionId) === undefined) return undefined;
  if (groups !== undefined) {
    if (groups.toLowerCase() !== 'resourcegroups') return undefined;
    if (group === undefined || parseResourceGroupName(group) === undefined) return undefined;
    // providers/{namespace}/{type}/{name}, then pairs of type and name
    const isResource = resource.length >= 4 && resource.length % 2 === 0 && resource[0]?.toLowerCase() === 'providers';
    if (resource.length > 0 && !isResource) return undefined;
    if (resource.some((segment) => segment === '')) return undefined;
  }
  return segments.join('/').toLowerCase() as Scope;
}

/** The scope of one cluster. */
export function clusterScope(address: ClusterAddress): Scope {
  return clusterResourceId(address).toLowerCase() as Scope;
}

/** The scope of a subscription, or of a resource group in it. */
export function groupScope(subscriptionId: string, resourceGroup?: string): Scope {
  const subscription = `/subscriptions/${subscriptionId}`;
  const scope = resourceGroup === undefined ? subscription : `${subscription}/resourceGroups/${resourceGroup}`;
  return scope.toLowerCase() as Scope;
}

/** Tells whether `outer` is `inner` or above it. */
export function contains(outer: Scope, inner: Scope): boolean {
  return outer === rootScope || inner === outer || inner.startsWith(`${outer}/`);
}
