import { quoteForShell } from '../cli/shell-words.ts';
import type { QuickstartConnection } from './quickstart-connection.ts';

/** What a person can paste next, for each kind of client. `longarm` is how this person calls the command line. */
export function quickstartLines(
  connection: QuickstartConnection,
  connectionFile: string,
  longarm: string,
): readonly string[] {
  const { endpoint, subscriptionId, resourceGroup, cluster, tenantId, clientId } = connection;
  const file = quoteForShell(connectionFile);
  const ca = connection.caFile === undefined ? '' : ` --cacert ${quoteForShell(connection.caFile)}`;
  const url = `${endpoint}/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${cluster}`;
  const nodeCa = connection.caFile === undefined ? '' : `NODE_EXTRA_CA_CERTS=${quoteForShell(connection.caFile)}, `;
  return [
    'Longarm’s own command line:',
    `  ${longarm} invoke ${cluster} --connection ${file} -- 'kubectl get nodes'`,
    '',
    'az (paste, then use it as with Azure):',
    `  eval "$(${longarm} az-setup --connection ${file})"`,
    `  az aks command invoke -g ${resourceGroup} -n ${cluster} -c 'kubectl get nodes'`,
    '',
    'curl:',
    `  token=$(${longarm} token --connection ${file})`,
    `  curl -i${ca} -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \\`,
    `    -d '{"command":"kubectl get nodes"}' '${url}/runCommand?api-version=2025-05-01'`,
    '',
    'Azure SDKs (JavaScript shown; docs/arm-compatibility.md has the others):',
    `  ${nodeCa}new ContainerServiceClient(`,
    `    new ClientSecretCredential('${tenantId}', '${clientId}', secret,`,
    `      { authorityHost: '${endpoint}', disableInstanceDiscovery: true }),`,
    `    '${subscriptionId}', { endpoint: '${endpoint}' })`,
    `  The secret is "clientSecret" in ${connectionFile}.`,
  ];
}
