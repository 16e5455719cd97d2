import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { objectOf, textOf } from '../client/json-fields.ts';
import { defaultDataDir } from '../config/default-data-dir.ts';
import type { CliContext } from './context.ts';
import { givenText } from './given-options.ts';
import { UsageError } from './usage-error.ts';

/** The credential of a registered client, as `connection.json` keeps it. */
export interface ConnectionClient {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** How an endpoint is reached, and what is meant when less is said. */
export interface Connection {
  readonly endpoint: string;
  /** PEM. */
  readonly ca: string | undefined;
  readonly client: ConnectionClient | undefined;
  readonly token: string | undefined;
  readonly subscriptionId: string | undefined;
  readonly resourceGroup: string | undefined;
  readonly cluster: string | undefined;
  /** The connection.json that it came from. */
  readonly file: string | undefined;
}

/** A connection that cannot be had: the sentence says what to do. */
export class ConnectionProblem extends Error {
  override readonly name = 'ConnectionProblem';
}

/**
 * Puts the connection together: `connection.json` (of `--connection`, else `LONGARM_CONNECTION`, else the default data
 * directory), and over it what the options say. With `--endpoint` and a token no file is needed.
 */
export async function readConnection(
  context: CliContext,
  options: Readonly<Record<string, unknown>>,
): Promise<Connection> {
  const { environment, workingDirectory } = context;
  const endpoint = givenText(options, 'endpoint');
  const named =
    givenText(options, 'connection') ?? (endpoint === undefined ? environment['LONGARM_CONNECTION'] : undefined);
  const tokenFile = givenText(options, 'tokenFile');
  const token =
    tokenFile === undefined
      ? environment['LONGARM_TOKEN']?.trim()
      : (await readNamed('--token-file', resolve(workingDirectory, tokenFile))).trim();
  const caFile = givenText(options, 'caFile');
  const ca = caFile === undefined ? undefined : await readNamed('--ca-file', resolve(workingDirectory, caFile));
  const over = {
    ...(ca === undefined ? {} : { ca }),
    ...(token === undefined || token === '' ? {} : { token }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...given('subscriptionId', givenText(options, 'subscription')),
    ...given('resourceGroup', givenText(options, 'resourceGroup')),
  };
  if (endpoint !== undefined && named === undefined) {
    if (over.token === undefined) {
      throw new UsageError('--endpoint needs a token: give --token-file FILE, or set LONGARM_TOKEN.');
    }
    return { ...nothing, endpoint, ...over };
  }
  const path =
    named === undefined || named === ''
      ? join(defaultDataDir(environment), 'connection.json')
      : resolve(workingDirectory, named);
  return { ...(await readConnectionFile(path)), ...over };
}

const nothing = {
  ca: undefined,
  client: undefined,
  token: undefined,
  subscriptionId: undefined,
  resourceGroup: undefined,
  cluster: undefined,
  file: undefined,
};

function given<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}

async function readConnectionFile(path: string): Promise<Connection> {
  let fields: Readonly<Record<string, unknown>>;
  try {
    fields = objectOf(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const advice = isAbsent
      ? `There is no connection at ${path}. Start \`longarm quickstart\`, name a connection.json with --connection or LONGARM_CONNECTION, or give --endpoint and --token-file.`
      : `The connection at ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
    throw new ConnectionProblem(advice, { cause: error });
  }
  const [endpoint, tenantId, clientId, clientSecret] = ['endpoint', 'tenantId', 'clientId', 'clientSecret'].map(
    (field) => textOf(fields, field),
  );
  if (endpoint === undefined) throw new ConnectionProblem(`The connection at ${path} has no "endpoint".`);
  const caFile = textOf(fields, 'caFile');
  return {
    endpoint,
    ca: caFile === undefined ? undefined : await readNamed(`caFile of ${path}`, resolve(dirname(path), caFile)),
    client:
      tenantId === undefined || clientId === undefined || clientSecret === undefined
        ? undefined
        : { tenantId, clientId, clientSecret },
    token: undefined,
    subscriptionId: textOf(fields, 'subscriptionId'),
    resourceGroup: textOf(fields, 'resourceGroup'),
    cluster: textOf(fields, 'cluster'),
    file: path,
  };
}

async function readNamed(what: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConnectionProblem(`${what} cannot be read: ${reason}.`, { cause: error });
  }
}
