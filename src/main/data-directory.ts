import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ids } from '../ports/ids.ts';
import type { Store } from '../ports/store.ts';
import { ensurePrivateDirectory } from '../store/private-directory.ts';
import { openKeyFile } from '../store/sealing/open-key-file.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';

/** Where things are in the data directory. */
export function dataPaths(directory: string) {
  return {
    database: join(directory, 'longarm.db'),
    keys: join(directory, 'keys.json'),
    identity: join(directory, 'identity.json'),
    outputs: join(directory, 'outputs'),
    processRuns: join(directory, 'runs', 'process'),
    scriptedRuns: join(directory, 'runs', 'scripted'),
    tls: join(directory, 'tls'),
    connection: join(directory, 'connection.json'),
    /** What the quickstart has made in a cluster, until it is removed. */
    installation: join(directory, 'installation.json'),
  } as const;
}

/**
 * Opens the database with the key that its secrets are sealed under. Another process may have it open as well.
 * @throws when the database is there and its keys are not, or are another server's: they would open nothing of it.
 */
export async function openStore(directory: string): Promise<Store> {
  const paths = dataPaths(directory);
  if (existsSync(paths.database) && !existsSync(paths.keys)) {
    throw new Error(
      `The key file ${paths.keys} is missing, and what is sealed in ${paths.database} opens with no other. ` +
        'Restore it from a backup; to begin anew instead, move the whole data directory away.',
    );
  }
  const store = await openSqliteStore({ file: paths.database, sealer: await openKeyFile(paths.keys) });
  try {
    // The keys of another server are noticed now, and not by the first client that signs in.
    await store.read(({ signingKeys }) => signingKeys.signingKeys());
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

/** What a server is called for its clients; made once and kept, because tokens and role assignments name it. */
export interface ServerIdentity {
  readonly tenantId: string;
  readonly subscriptionId: string;
}

/**
 * The identity that the data directory keeps, made on first use; what is configured takes its place.
 * @throws when the file is damaged: a new identity in its place would lock everybody out in silence.
 */
export async function openIdentity(
  directory: string,
  ids: Ids,
  configured: { readonly tenantId: string | undefined; readonly subscriptionId: string | undefined },
): Promise<ServerIdentity> {
  await ensurePrivateDirectory(directory);
  const file = dataPaths(directory).identity;
  const former = await readIdentity(file);
  if (former !== undefined && configured.tenantId !== undefined && configured.tenantId !== former.tenantId) {
    throw new Error(
      `The data directory ${directory} is tenant ${former.tenantId}, and the configuration says ${configured.tenantId}. Its clients and role assignments hang on the former: configure that one, or begin with another data directory.`,
    );
  }
  const kept = former ?? { tenantId: ids.uuid(), subscriptionId: ids.uuid() };
  const identity = {
    tenantId: configured.tenantId ?? kept.tenantId,
    subscriptionId: configured.subscriptionId ?? kept.subscriptionId,
  };
  // Written whole and then renamed: a crash in between leaves the old one or the new one.
  await writeFile(`${file}.new`, `${JSON.stringify(identity, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return identity;
}

async function readIdentity(file: string): Promise<ServerIdentity | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed === 'object' && parsed !== null && 'tenantId' in parsed && 'subscriptionId' in parsed) {
    const { tenantId, subscriptionId } = parsed;
    if (typeof tenantId === 'string' && typeof subscriptionId === 'string') return { tenantId, subscriptionId };
  }
  throw new Error(`The file ${file} is damaged. Restore it from a backup: tokens and role assignments depend on it.`);
}
