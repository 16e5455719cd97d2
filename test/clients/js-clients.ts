import { ContainerServiceClient as Client25 } from '@azure/arm-containerservice';
import { ClientSecretCredential } from '@azure/identity';
import { ContainerServiceClient as Client22 } from 'arm-containerservice-22';
import type { Connection } from './started-server.ts';

/** The parts of the two clients that are tried; both fit, unmodified. */
export type JsClient = Client22 | Client25;

/** What the SDK signs in with at a server. */
export function credentialFor({ endpoint, tenantId, clientId, clientSecret }: Connection): ClientSecretCredential {
  const options = { authorityHost: endpoint, disableInstanceDiscovery: true };
  return new ClientSecretCredential(tenantId, clientId, clientSecret, options);
}

/** The JavaScript SDK, old and new: how each is made for a server that is reached at an endpoint. */
export const jsClients: readonly (readonly [
  version: string,
  create: (to: Connection, endpoint: string) => JsClient,
])[] = [
  // Left to itself it asks for a token for its endpoint, which the test of a lost answer puts elsewhere.
  [
    '22.3',
    (to, endpoint) =>
      new Client22(credentialFor(to), to.subscriptionId, { endpoint, credentialScopes: `${to.endpoint}/.default` }),
  ],
  ['25.5', (to, endpoint) => new Client25(credentialFor(to), to.subscriptionId, { endpoint })],
];
