import { readFile, rename, writeFile } from 'node:fs/promises';
import { roleByName } from '../core/role.ts';
import { rootScope } from '../core/scope.ts';
import { objectOf, textOf } from '../client/json-fields.ts';
import { dataPaths } from './data-directory.ts';
import { registerClient } from './new-client.ts';
import type { RunningLongarm } from './start-longarm.ts';

/** Where the quickstart's cluster is. */
export const quickstartCluster = { resourceGroup: 'quickstart', name: 'local' } as const;

/** What a client needs to know of a quickstart; written to `connection.json` when the server is ready. */
export interface QuickstartConnection {
  readonly endpoint: string;
  readonly caFile: string | undefined;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly cluster: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Writes `connection.json`, mode 0600. The credential of an earlier quickstart on this data directory is kept, so that
 * whoever signed in with it stays signed in.
 */
export async function writeConnection(dataDir: string, longarm: RunningLongarm): Promise<QuickstartConnection> {
  const file = dataPaths(dataDir).connection;
  const credential = (await keptCredential(file, longarm)) ?? (await newCredential(longarm));
  const connection: QuickstartConnection = {
    endpoint: longarm.publicUrl,
    caFile: longarm.caFile,
    ...longarm.identity,
    resourceGroup: quickstartCluster.resourceGroup,
    cluster: quickstartCluster.name,
    ...credential,
  };
  await writeFile(`${file}.new`, `${JSON.stringify(connection, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return connection;
}

interface ClientCredential {
  readonly clientId: string;
  readonly clientSecret: string;
}

async function keptCredential(file: string, longarm: RunningLongarm): Promise<ClientCredential | undefined> {
  let kept: Readonly<Record<string, unknown>>;
  try {
    kept = objectOf(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Absent or damaged: a new credential is made, and the old one's client stays listed for its owner to delete.
    return undefined;
  }
  const clientId = textOf(kept, 'clientId');
  const clientSecret = textOf(kept, 'clientSecret');
  if (clientId === undefined || clientSecret === undefined) return undefined;
  const known = await longarm.plane.store.read(({ directory }) => directory.findClient(clientId));
  return known === undefined ? undefined : { clientId, clientSecret };
}

async function newCredential(longarm: RunningLongarm): Promise<ClientCredential> {
  const role = roleByName('administrator');
  if (role === undefined) throw new Error('There is no role of the name administrator.');
  const { store } = longarm.plane;
  const { client, secret } = await registerClient(store, longarm.identity, 'quickstart', { role, scope: rootScope });
  return { clientId: client.id, clientSecret: secret };
}
