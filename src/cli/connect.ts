import type { Command } from 'commander';
import { type ArmClient, createArmClient } from '../client/arm-client.ts';
import type { CommandRef } from '../client/session.ts';
import type { ClusterAddress } from '../core/resource-id.ts';
import { parseClusterReference } from './cluster-reference.ts';
import { type Connection, ConnectionProblem, readConnection } from './connection.ts';
import type { CliContext } from './context.ts';
import { say } from './paint.ts';
import { UsageError } from './usage-error.ts';
import type { VerbCall } from './verb.ts';

/** A client, and what is meant when the command line says less. */
export interface Connected {
  readonly client: ArmClient;
  readonly connection: Connection;
  /** The cluster that a text names, or the connection's own where there is none. @throws {UsageError} */
  readonly clusterOf: (text: string | undefined) => ClusterAddress;
  /** Whether the endpoint is known to be Longarm, or says so of the cluster. */
  readonly isLongarm: (cluster: ClusterAddress, signal?: AbortSignal) => Promise<boolean>;
}

/** Declares the options by which every client verb finds its endpoint. */
export function addConnectionOptions(command: Command): Command {
  return command
    .optionsGroup('Where:')
    .option('--connection <file>', 'connection.json of the server (else LONGARM_CONNECTION, else the default one)')
    .option('--endpoint <url>', 'any ARM endpoint, Azure’s own included, instead of a connection.json')
    .option('--subscription <id>', 'subscription of the cluster')
    .option('-g, --resource-group <name>', 'resource group of the cluster')
    .option('--token-file <file>', 'file with a bearer token for the endpoint (else LONGARM_TOKEN)')
    .option('--ca-file <file>', 'CA that signed the endpoint’s certificate (PEM)')
    .optionsGroup('Options:');
}

/** Connects, does the work, and closes the connections whatever happens. */
export async function withConnection<T>(call: VerbCall, work: (connected: Connected) => Promise<T>): Promise<T> {
  const connection = await readConnection(call.context, call.options);
  const client = createClient(call.context, connection);
  const connected: Connected = {
    client,
    connection,
    clusterOf: (text) => {
      const named = text ?? connection.cluster;
      if (named === undefined) throw new UsageError('Which cluster? This connection has none of its own; name one.');
      return parseClusterReference(named, connection);
    },
    isLongarm: async (cluster, signal) => {
      // A client credential is good at our token endpoint alone.
      if (connection.client !== undefined && connection.token === undefined) return true;
      const { properties } = await client.clusters.get(cluster, { signal });
      return properties.longarm !== undefined;
    },
  };
  try {
    return await work(connected);
  } finally {
    client.close();
  }
}

/** The command that the operands name: `ID`, or `CLUSTER ID`. @throws {UsageError} */
export function commandOf(connected: Connected, operands: readonly string[]): CommandRef {
  const [first, second] = operands;
  const id = second ?? first ?? '';
  if (!/^[0-9a-f-]{8,64}$/i.test(id)) {
    throw new UsageError(
      `"${id}" is not the id of a command: 32 hexadecimal digits, as \`invoke\` and \`list\` show it.`,
    );
  }
  return {
    cluster: connected.clusterOf(second === undefined ? undefined : first),
    id: id.replaceAll('-', '').toLowerCase(),
  };
}

function createClient(context: CliContext, connection: Connection): ArmClient {
  const { client, token } = connection;
  if (token === undefined && client === undefined) {
    throw new ConnectionProblem(`The connection at ${connection.file ?? connection.endpoint} has no credential.`);
  }
  return createArmClient({
    endpoint: connection.endpoint,
    ca: connection.ca,
    credential:
      token === undefined && client !== undefined
        ? { type: 'client', ...client }
        : { type: 'token', token: token ?? '' },
    clock: context.clock,
    userAgent: `longarm/${context.version}`,
    onRetry: (reason, waitMs) => {
      // A first hiccup is nobody's concern; a wait that one notices is.
      if (waitMs >= 1000) say(context, `${reason.message} Trying again in ${Math.round(waitMs / 1000)} s.`, 'faint');
    },
  });
}
