import type { Command } from 'commander';
import { type ArmClient, createArmClient } from '../client/arm-client.ts';
import type { CommandRef } from '../client/session.ts';
import type { ClusterAddress } from '../core/resource-id.ts';
import { explainAbsentClusters } from './absent-cluster.ts';
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

const reminderMs = 60_000;

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

/** How hard a verb tries to reach its server. */
export interface Effort {
  /** Only ask, and give up at once where nothing listens: there is nothing to be lost by asking again later. */
  readonly onlyAsks?: boolean;
}

/** Connects, does the work, and closes the connections whatever happens. */
export async function withConnection<T>(
  call: VerbCall,
  work: (connected: Connected) => Promise<T>,
  effort: Effort = {},
): Promise<T> {
  const connection = await readConnection(call.context, call.options);
  const client = explainAbsentClusters(createClient(call.context, connection, effort));
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

function createClient(context: CliContext, connection: Connection, { onlyAsks = false }: Effort): ArmClient {
  const { client, token } = connection;
  let said: { readonly reason: string; readonly atMs: number } | undefined;
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
    failsWhenAbsent: onlyAsks,
    onRetry: ({ message }, waitMs) => {
      // A first hiccup is nobody's concern; a wait that one notices is. One reason is said once, and again when it
      // has lasted so long that one might wonder.
      const atMs = context.clock.monotonicMs();
      if (waitMs < 1000 || (said?.reason === message && atMs - said.atMs < reminderMs)) return;
      said = { reason: message, atMs };
      say(context, `${message} Trying again.`, 'faint');
    },
  });
}
