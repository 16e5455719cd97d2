import { type ClusterAddress, clusterResourceId } from '../core/resource-id.ts';
import { ArmError } from './arm-error.ts';

/** The api-version of clusters and their commands that the client asks for. */
export const clusterApiVersion = '2025-05-01';

/**
 * The base of an ARM endpoint without a trailing slash.
 * @throws {ArmError} `InvalidEndpoint` for what is not an absolute http or https URL.
 */
export function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new ArmError(`The endpoint is "${text}"; it must be a URL such as https://longarm.example:8443.`, {
      code: 'InvalidEndpoint',
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** The URL of something at the endpoint; parameters without a value are left out. */
export function endpointUrl(
  endpoint: string,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): URL {
  const url = new URL(`${endpoint}${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

/** The path of a cluster, each name escaped. */
export function clusterPath(address: ClusterAddress): string {
  return clusterResourceId(address).split('/').map(encodeURIComponent).join('/');
}

/**
 * A link that the server gave, as the client may follow it: on the endpoint's own origin it is taken as it is; on
 * another one (a public URL that differs from the address we came by) only path and query are, because the token is
 * for this endpoint and goes nowhere else.
 */
export function followLink(endpoint: string, link: string): URL {
  const url = new URL(link, `${endpoint}/`);
  if (url.origin === new URL(endpoint).origin) return url;
  return new URL(`${url.pathname}${url.search}`, endpoint);
}
