import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { isObject, listOf, objectOf, textOf } from '../client/json-fields.ts';
import { UsageError } from './usage-error.ts';

/** A kubeconfig on the user's machine. */
export interface KubeconfigFile {
  /** An absolute path. */
  readonly file: string;
  /** One of its contexts; its `current-context` where it is undefined. */
  readonly context: string | undefined;
}

/** A kubeconfig that can be sent away. */
export interface InlineKubeconfig {
  readonly text: string;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads one context of a kubeconfig, and puts the files that it names inline: the server that it goes to opens none.
 * Contexts, clusters and users beside it are left out, as nobody means to send them. What else the server does not take
 * it refuses itself, with the reason.
 * @throws {UsageError} for a file that cannot be read or used, and for credentials that a program here would print.
 */
export async function inlineKubeconfig({ file, context: asked }: KubeconfigFile): Promise<InlineKubeconfig> {
  const config = await readYamlObject(file, '--kubeconfig');
  const directory = dirname(file);
  const name = asked ?? textOf(config, 'current-context') ?? '';
  const contextFields = named(config, 'contexts', 'context', name, file);
  const clusterName = textOf(contextFields, 'cluster') ?? '';
  const userName = textOf(contextFields, 'user') ?? '';
  const cluster = named(config, 'clusters', 'cluster', clusterName, file);
  const user = named(config, 'users', 'user', userName, file);
  refusePrograms(user, userName, file);
  const notes: string[] = [];
  const tokenFile = textOf(user, 'tokenFile');
  if (tokenFile !== undefined) {
    notes.push(`The token in ${tokenFile} is sent as it is now. When it expires, send the kubeconfig again.`);
  }
  const inline = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: contextFields }],
    clusters: [{ name: clusterName, cluster: await withoutFiles(cluster, ['certificate-authority'], directory) }],
    users: [
      {
        name: userName,
        user: await withToken(await withoutFiles(user, ['client-certificate', 'client-key'], directory), directory),
      },
    ],
  };
  return { text: stringify(inline), notes };
}

/**
 * Reads a file that holds one YAML or JSON object.
 * @param option the option that named it, for messages
 * @throws {UsageError}
 */
export async function readYamlObject(file: string, option: string): Promise<Fields> {
  const text = (await read(file, option)).toString('utf8');
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 50 });
  } catch (error) {
    // The lines that the parser quotes below its sentence may hold a secret.
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new UsageError(`${option} ${file} is neither YAML nor JSON: ${reason}`, { cause: error });
  }
  if (!isObject(value)) throw new UsageError(`${option} ${file} does not hold a mapping of keys to values.`);
  return value;
}

/** The entry of that name in a list of `{name, [kind]: …}`. */
function named(config: Fields, list: string, kind: string, name: string, file: string): Fields {
  const entries = listOf(config, list).map(objectOf);
  const found = entries.find((entry) => textOf(entry, 'name') === name);
  if (found !== undefined) return objectOf(found[kind]);
  const known = entries.map((entry) => textOf(entry, 'name') ?? '').join(', ') || 'none';
  throw new UsageError(
    name === ''
      ? `${file} does not say which ${kind} to use. Its ${list} are: ${known}.${kind === 'context' ? ' Choose one with --context.' : ''}`
      : `${file} has no ${kind} "${name}". Its ${list} are: ${known}.`,
  );
}

function refusePrograms(user: Fields, name: string, file: string): void {
  const kind = ['exec', 'auth-provider'].find((field) => user[field] !== undefined && user[field] !== null);
  if (kind === undefined) return;
  const command = textOf(objectOf(user[kind]), 'command');
  throw new UsageError(
    `The user "${name}" in ${file} gets its credentials from ${command === undefined ? 'a program' : `the program ${command}`} (${kind}), which the server does not run. Make a service account for it, and a kubeconfig of that: longarm cluster add NAME --kubeconfig ${file} --install.`,
  );
}

/** PEM files become base64 of their content, in the field that Kubernetes has for that; what stands there wins. */
async function withoutFiles(fields: Fields, names: readonly string[], directory: string): Promise<Fields> {
  const inline: Record<string, unknown> = { ...fields };
  for (const name of names) {
    const file = textOf(fields, name);
    delete inline[name];
    if (file === undefined || file === '' || textOf(fields, `${name}-data`)) continue;
    inline[`${name}-data`] = (await read(resolve(directory, file), name)).toString('base64');
  }
  return inline;
}

/** A token file wins over a token, as with kubectl. */
async function withToken(user: Fields, directory: string): Promise<Fields> {
  const { tokenFile, ...rest } = user;
  if (typeof tokenFile !== 'string' || tokenFile === '') return user;
  return { ...rest, token: (await read(resolve(directory, tokenFile), 'tokenFile')).toString('utf8').trim() };
}

async function read(file: string, what: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${what} ${file} cannot be read: ${reason}.`, { cause: error });
  }
}
