import type { ClusterAddress } from '../core/resource-id.ts';
import type { Credential } from './credential.ts';
import { clusterApiVersion, clusterPath, endpointUrl } from './endpoint-url.ts';
import { type JsonReply, type Sender, sendForJson } from './send.ts';
import type { HttpRequest } from './transport.ts';

/** What every operation of the client is given. */
export interface Session extends Sender {
  readonly credential: Credential;
  /** How long a single request may be tried, in milliseconds. */
  readonly requestPatienceMs: number;
  /** How long something that takes its time may go without any progress, in milliseconds. */
  readonly progressPatienceMs: number;
}

/** A command, by the cluster that it is in. */
export interface CommandRef {
  readonly cluster: ClusterAddress;
  readonly id: string;
  /** Where its result is, as the server said it; made of cluster and id where it is absent. */
  readonly location?: URL;
}

/** Options that every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The URL of a command, or of something below it. */
export function commandUrl(
  session: Session,
  command: CommandRef,
  below = '',
  query: Readonly<Record<string, string | undefined>> = {},
): URL {
  const path = `${clusterPath(command.cluster)}/commandResults/${encodeURIComponent(command.id)}${below}`;
  return endpointUrl(session.endpoint, path, { 'api-version': clusterApiVersion, ...query });
}

/** Sends a repeatable request under the session's credential and reads its answer as JSON. */
export async function requestJson(
  session: Session,
  method: HttpRequest['method'],
  url: URL,
  options: CallOptions & { readonly value?: unknown } = {},
): Promise<unknown> {
  return (await requestReply(session, method, url, options)).body;
}

/**
 * Removes a resource. @returns whether there was one: ARM answers 204 where there was none. Where an earlier attempt
 * may have removed it, it was there.
 */
export async function removeResource(session: Session, url: URL, options: CallOptions): Promise<boolean> {
  const { status, mayHaveActedBefore } = await requestReply(session, 'DELETE', url, options);
  return status !== 204 || mayHaveActedBefore;
}

function requestReply(
  session: Session,
  method: HttpRequest['method'],
  url: URL,
  options: CallOptions & { readonly value?: unknown },
): Promise<JsonReply> {
  return sendForJson(session, {
    method,
    url,
    credential: session.credential,
    repeatable: true,
    patienceMs: session.requestPatienceMs,
    signal: options.signal,
    ...(options.value === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(options.value) }),
  });
}
