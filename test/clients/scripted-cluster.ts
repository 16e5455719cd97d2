import { request } from 'node:https';
import { readFileSync } from 'node:fs';
import Type from 'typebox';
import { Value } from 'typebox/value';
import type { Connection } from './started-server.ts';

/** How long one request may take. */
const deadlineMs = 30_000;

interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends one request to the server and answers its body. @throws {Error} when the status is not 200 or 201 */
function send(connection: Connection, path: string, { method, headers, body }: Sent): Promise<unknown> {
  const options = { method, headers, ca: readFileSync(connection.caFile), agent: false, timeout: deadlineMs };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, connection.endpoint), options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject).on('end', () => {
        if (response.statusCode === 200 || response.statusCode === 201) resolve(JSON.parse(text));
        else reject(new Error(`${method} ${path} was answered with ${response.statusCode}: ${text}`));
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} took longer than ${deadlineMs} ms.`)));
    sent.on('error', reject).end(body);
  });
}

/**
 * Creates a cluster whose commands say themselves how they end, for failures that a good machine does not produce.
 * @returns its name, in the resource group of the connection
 */
export async function putScriptedCluster(connection: Connection): Promise<string> {
  const { tenantId, clientId, clientSecret, subscriptionId, resourceGroup } = connection;
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: 'https://management.azure.com/.default',
  });
  const answer = await send(connection, `/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const { access_token: token } = Value.Parse(Type.Object({ access_token: Type.String() }), answer);
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  const cluster = `${group}/providers/Microsoft.ContainerService/managedClusters/scripted`;
  await send(connection, `${cluster}?api-version=2025-05-01`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ location: 'local', properties: { longarm: { executor: 'scripted' } } }),
  });
  return 'scripted';
}

/** A command for the scripted cluster that the platform refuses, and the words in which it does. */
export const refused = {
  command: 'refuse Unschedulable "0/3 nodes are available: 3 Insufficient memory."',
  reason: /Unschedulable.*Insufficient memory/s,
} as const;
