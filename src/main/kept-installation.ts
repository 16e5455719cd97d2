import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { listOf, objectOf, textOf } from '../client/json-fields.ts';
import { manifestKindOf, type ObjectReference } from '../executors/kubernetes/install/manifest-object.ts';

/** What a quickstart has made in a cluster, and has to take away again. */
export interface KeptInstallation {
  /** The URL of the API server: it is in this cluster and in no other. */
  readonly server: string;
  readonly namespace: string;
  /** In the order of their making. */
  readonly objects: readonly ObjectReference[];
}

/** Writes it down before it is made, so that the next quickstart can take away what a killed one has left. */
export async function keepInstallation(file: string, kept: KeptInstallation): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(kept, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** What a former quickstart has left; `undefined` where it has left nothing. @throws where the file is damaged */
export async function readInstallation(file: string): Promise<KeptInstallation | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const kept = objectOf(JSON.parse(text));
  const server = textOf(kept, 'server');
  const namespace = textOf(kept, 'namespace');
  if (server === undefined || namespace === undefined) {
    throw new Error(`The file ${file} is damaged: it says what a former quickstart has made in a cluster. Delete it.`);
  }
  return { server, namespace, objects: listOf(kept, 'objects').flatMap(referenceOf) };
}

/** It is all taken away. */
export async function forgetInstallation(file: string): Promise<void> {
  await rm(file, { force: true });
}

function referenceOf(value: unknown): readonly ObjectReference[] {
  const fields = objectOf(value);
  const kind = manifestKindOf(textOf(fields, 'kind'));
  const name = textOf(fields, 'name');
  const namespace = textOf(fields, 'namespace');
  if (kind === undefined || name === undefined) return [];
  return [{ kind, name, ...(namespace === undefined ? {} : { namespace }) }];
}
