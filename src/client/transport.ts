import * as http from 'node:http';
import * as https from 'node:https';
import { ArmError } from './arm-error.ts';
import { NetworkFailure } from './network-failure.ts';

/** One HTTP request, ready to be sent. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long the connection may be silent before it counts as dead, in milliseconds. */
  readonly idleMs: number;
  /** Over a connection of its own, so that a kept one that just died cannot make the outcome unknown. */
  readonly fresh?: boolean;
}

/** An answer whose body is still to be read, to its end or not at all. */
export interface HttpReply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** @throws {NetworkFailure} where it breaks off. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The way to the server. */
export interface Transport {
  /** @throws {NetworkFailure} without an answer; the signal's reason when it aborts. */
  exchange(request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpReply>;
  /** Closes the connections that are kept. */
  close(): void;
}

/**
 * A transport over `node:https`: the global `fetch` takes no CA.
 * @param ca PEM; trusted in place of the machine's.
 */
export function createTransport(ca: string | undefined): Transport {
  const trust = ca === undefined ? {} : { ca };
  const secure = new https.Agent({ keepAlive: true, ...trust });
  const plain = new http.Agent({ keepAlive: true });
  return {
    exchange: (request, signal) => exchange(request, signal, { secure, plain, trust }),
    close: () => {
      secure.destroy();
      plain.destroy();
    },
  };
}

interface Agents {
  readonly secure: https.Agent;
  readonly plain: http.Agent;
  readonly trust: { readonly ca?: string };
}

async function exchange(
  request: HttpRequest,
  signal: AbortSignal | undefined,
  { secure, plain, trust }: Agents,
): Promise<HttpReply> {
  signal?.throwIfAborted();
  const isTls = request.url.protocol === 'https:';
  if (!isTls && !isLoopback(request.url)) {
    throw new ArmError(
      `${request.url.origin} is not https, and a token would pass the network in the open. Use https.`,
      {
        code: 'PlainHttpRefused',
      },
    );
  }
  const agent = request.fresh === true ? false : isTls ? secure : plain;
  const options = {
    ...trust,
    agent,
    method: request.method,
    headers: request.headers,
    ...(signal === undefined ? {} : { signal }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const outgoing = isTls ? https.request(request.url, options) : http.request(request.url, options);
  outgoing.setTimeout(request.idleMs, () => {
    const seconds = Math.round(request.idleMs / 1000);
    outgoing.destroy(Object.assign(new Error(`silent for ${seconds} s`), { code: 'ETIMEDOUT' }));
  });
  outgoing.on('response', resolve);
  outgoing.on('error', reject);
  outgoing.end(request.body);
  try {
    const incoming = await promise;
    return { status: incoming.statusCode ?? 0, headers: flatten(incoming.headers), body: readBody(incoming, signal) };
  } catch (error) {
    signal?.throwIfAborted();
    throw new NetworkFailure(error);
  }
}

async function* readBody(
  incoming: http.IncomingMessage,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of incoming) yield chunk as Uint8Array;
  } catch (error) {
    signal?.throwIfAborted();
    throw new NetworkFailure(error);
  }
}

function flatten(headers: http.IncomingHttpHeaders): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname);
}
