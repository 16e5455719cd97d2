import { type Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Credential } from './credentials.ts';
import type { KubernetesRequest } from './kubernetes-client.ts';
import { headersOf, type Line, pathOf } from './line.ts';

/** The head of an answer; its body is still to be read, or destroyed. */
export interface Answer {
  readonly code: number;
  readonly response: IncomingMessage;
}

/**
 * Sends one request once, and gives the head of the answer. The signal ends it, and the reading of the body too.
 * A GET whose kept connection turns out to have been closed is sent again at once, on another one.
 * @throws what the socket says, and the signal's reason
 */
export async function exchange(
  line: Line,
  request: KubernetesRequest,
  credential: Credential,
  options: { readonly agent: Agent; readonly signal: AbortSignal },
): Promise<Answer> {
  for (;;) {
    options.signal.throwIfAborted();
    line.checkAddress();
    line.count();
    const sent = send(line, request, credential, options);
    try {
      return await answerTo(sent);
    } catch (error) {
      options.signal.throwIfAborted();
      // Each such attempt uses up one kept connection, so this ends.
      if (request.method === 'GET' && sent.reusedSocket && isCut(error)) continue;
      throw error;
    }
  }
}

function send(
  line: Line,
  { method, path, query, body, contentType }: KubernetesRequest,
  credential: Credential,
  { agent, signal }: { readonly agent: Agent; readonly signal: AbortSignal },
): ClientRequest {
  const { server } = line.access;
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers = {
    ...headersOf(line, credential),
    accept: 'application/json',
    ...(payload === undefined
      ? {}
      : { 'content-type': contentType ?? 'application/json', 'content-length': String(payload.length) }),
  };
  const start = server.protocol === 'http:' ? httpRequest : httpsRequest;
  const sent = start(server, { agent, method, path: pathOf(line, path, new URLSearchParams(query)), headers, signal });
  sent.end(payload);
  return sent;
}

function answerTo(sent: ClientRequest): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  sent.once('response', (response) => resolve({ code: response.statusCode ?? 0, response }));
  // Stays for good: what comes after the head is told by the body as well.
  sent.on('error', reject);
  // An API server has no reason to change the protocol here.
  sent.once('upgrade', (_response, socket) => {
    socket.destroy();
    reject(new Error('it changed the protocol without being asked'));
  });
  return promise;
}

function isCut(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
