import type { ClusterAddress } from '../core/resource-id.ts';
import type { ManagedCluster, ManagedClusterBody } from '../wire/managed-cluster-schema.ts';
import { ArmError } from './arm-error.ts';
import { clusterApiVersion, clusterPath, endpointUrl } from './endpoint-url.ts';
import { isObject, objectOf, textOf } from './json-fields.ts';
import { pages } from './pages.ts';
import { type CallOptions, removeResource, requestJson, type Session } from './session.ts';

/** Managed clusters as ARM resources. */
export interface ManagedClusters {
  /** Those of a subscription, or of one resource group in it. */
  list(subscriptionId: string, resourceGroup?: string, options?: CallOptions): AsyncIterable<ManagedCluster>;
  get(address: ClusterAddress, options?: CallOptions): Promise<ManagedCluster>;
  /** Makes the cluster, or replaces what is configured of it. */
  put(address: ClusterAddress, body: ManagedClusterBody, options?: CallOptions): Promise<ManagedCluster>;
  /** @returns whether there was one. */
  remove(address: ClusterAddress, options?: CallOptions): Promise<boolean>;
}

/** The operations on clusters. */
export function managedClusters(session: Session): ManagedClusters {
  const version = { 'api-version': clusterApiVersion };
  const urlOf = (address: ClusterAddress): URL => endpointUrl(session.endpoint, clusterPath(address), version);
  return {
    list: async function* (subscriptionId, resourceGroup, options = {}) {
      const group = resourceGroup === undefined ? '' : `/resourceGroups/${encodeURIComponent(resourceGroup)}`;
      const path = `/subscriptions/${encodeURIComponent(subscriptionId)}${group}/providers/Microsoft.ContainerService/managedClusters`;
      for await (const item of pages(session, endpointUrl(session.endpoint, path, version), options)) {
        yield readCluster(item);
      }
    },
    get: async (address, options = {}) => readCluster(await requestJson(session, 'GET', urlOf(address), options)),
    put: async (address, body, options = {}) =>
      readCluster(await requestJson(session, 'PUT', urlOf(address), { ...options, value: body })),
    remove: (address, options = {}) => removeResource(session, urlOf(address), options),
  };
}

function readCluster(body: unknown): ManagedCluster {
  if (!isCluster(body)) {
    throw new ArmError('The endpoint answered something that is not a managed cluster.', { code: 'InvalidAnswer' });
  }
  const profile = objectOf(body.properties.apiServerAccessProfile);
  return {
    ...body,
    properties: {
      ...body.properties,
      // Azure leaves the profile out where nothing in it was ever set.
      apiServerAccessProfile: { ...profile, disableRunCommand: profile['disableRunCommand'] === true },
    },
  };
}

function isCluster(body: unknown): body is ManagedCluster {
  return (
    isObject(body) &&
    textOf(body, 'id') !== undefined &&
    textOf(body, 'name') !== undefined &&
    textOf(body, 'location') !== undefined &&
    isObject(body['properties'])
  );
}
