import type { ClusterAddress } from '../core/resource-id.ts';
import type { CommandResult } from '../wire/command-result-schema.ts';
import type { RunCommandRequest } from '../wire/run-command-request.ts';
import type { ArmError } from './arm-error.ts';
import { cancelCommand, deleteCommand } from './change-command.ts';
import { type ClientClock, machineClock } from './client-clock.ts';
import type { CommandState } from './command-state.ts';
import { clientCredential, type ClientSecret, givenToken, type TokenOptions } from './credential.ts';
import { endpointUrl, parseEndpoint } from './endpoint-url.ts';
import { followOutput, type OutputOptions } from './get-output.ts';
import { getCommandResult, type ResultOptions, waitForEnd, type WaitOptions } from './get-command-result.ts';
import { type CommandFilter, listCommands } from './list-command-results.ts';
import { checkMetadata } from './check-metadata.ts';
import { type ManagedClusters, managedClusters } from './managed-clusters.ts';
import { type RoleAssignments, roleAssignments } from './role-assignments.ts';
import { sendForJson } from './send.ts';
import type { CallOptions, CommandRef, Session } from './session.ts';
import { type SubmitOptions, submitCommand } from './run-command.ts';
import { listSubscriptions, type SubscriptionView } from './subscriptions.ts';
import { createTransport } from './transport.ts';

/** How a client is made. */
export interface ArmClientOptions {
  /** The ARM endpoint: https, or http on loopback. */
  readonly endpoint: string;
  /** PEM; trusted in place of the machine's CAs. */
  readonly ca?: string | undefined;
  /** A client registered at the endpoint's own token endpoint, or a token that was brought. */
  readonly credential:
    | ({ readonly type: 'client' } & ClientSecret)
    | { readonly type: 'token'; readonly token: string };
  readonly clock?: ClientClock;
  readonly userAgent?: string;
  /** How long one request is tried; default 15 s. */
  readonly requestPatienceMs?: number;
  /** How long following and waiting go without any progress; default 5 min. */
  readonly progressPatienceMs?: number;
  /** Give up after one quick retry where nothing listens, instead of waiting for a server that may be starting. */
  readonly failsWhenAbsent?: boolean;
  /** Told before each further attempt. */
  readonly onRetry?: (reason: ArmError, waitMs: number) => void;
}

/** Everything that can be asked of an ARM endpoint. Every method throws `ArmError`, or the reason of its signal. */
export interface ArmClient {
  readonly endpoint: string;
  submit(cluster: ClusterAddress, request: RunCommandRequest, options: SubmitOptions): Promise<CommandRef>;
  result(command: CommandRef, options?: ResultOptions): Promise<CommandState>;
  waitForEnd(command: CommandRef, options?: WaitOptions): Promise<CommandResult>;
  followOutput(command: CommandRef, options?: OutputOptions): AsyncGenerator<Uint8Array, CommandResult, void>;
  cancel(command: CommandRef, options?: CallOptions): Promise<void>;
  deleteResult(command: CommandRef, options?: CallOptions): Promise<void>;
  list(cluster: ClusterAddress, filter?: CommandFilter, options?: CallOptions): AsyncIterable<CommandResult>;
  readonly clusters: ManagedClusters;
  readonly roleAssignments: RoleAssignments;
  subscriptions(options?: CallOptions): AsyncIterable<SubscriptionView>;
  /** Sees that the endpoint describes itself as a cloud that `az` can register. Needs no token. */
  checkMetadata(options?: CallOptions): Promise<void>;
  /** A bearer token, for other programs. */
  token(options?: CallOptions): Promise<string>;
  /** Closes kept connections. */
  close(): void;
}

/** Makes a client. Nothing is sent before something is asked. @throws {ArmError} `InvalidEndpoint`. */
export function createArmClient(options: ArmClientOptions): ArmClient {
  const endpoint = parseEndpoint(options.endpoint);
  const sender = {
    endpoint,
    transport: createTransport(options.ca),
    clock: options.clock ?? machineClock,
    userAgent: options.userAgent ?? 'longarm',
    onRetry: options.onRetry ?? (() => undefined),
    failsWhenAbsent: options.failsWhenAbsent ?? false,
    requestPatienceMs: options.requestPatienceMs ?? 15_000,
    progressPatienceMs: options.progressPatienceMs ?? 300_000,
  };
  const postForm = async (path: string, form: string, tokenOptions: TokenOptions): Promise<unknown> => {
    const reply = await sendForJson(sender, {
      method: 'POST',
      url: endpointUrl(endpoint, path),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
      credential: undefined,
      repeatable: true,
      ...tokenOptions,
    });
    return reply.body;
  };
  const credential =
    options.credential.type === 'token'
      ? givenToken(options.credential.token)
      : clientCredential(options.credential, sender.clock, postForm);
  const session: Session = { ...sender, credential };
  return {
    endpoint,
    submit: (cluster, request, submitOptions) => submitCommand(session, cluster, request, submitOptions),
    result: (command, resultOptions) => getCommandResult(session, command, resultOptions),
    waitForEnd: (command, waitOptions) => waitForEnd(session, command, waitOptions),
    followOutput: (command, outputOptions) => followOutput(session, command, outputOptions),
    cancel: (command, callOptions) => cancelCommand(session, command, callOptions),
    deleteResult: (command, callOptions) => deleteCommand(session, command, callOptions),
    list: (cluster, filter, callOptions) => listCommands(session, cluster, filter, callOptions),
    clusters: managedClusters(session),
    roleAssignments: roleAssignments(session),
    subscriptions: (callOptions) => listSubscriptions(session, callOptions),
    checkMetadata: (callOptions) => checkMetadata(session, callOptions),
    token: (callOptions) => credential.token({ patienceMs: sender.requestPatienceMs, signal: callOptions?.signal }),
    close: () => sender.transport.close(),
  };
}
