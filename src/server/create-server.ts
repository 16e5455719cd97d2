import fastify, { type FastifyInstance } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { LongarmError } from '../core/error-code.ts';
import { toCloudError } from '../wire/cloud-error.ts';
import { answerError } from './answer-error.ts';
import { bindOperation } from './bind-operation.ts';
import { openApiOperation } from './openapi-operation.ts';
import { addOperatorRoutes } from './operator-routes.ts';
import { readBodies } from './read-body.ts';
import { contextOf, header, openContext } from './request-context.ts';
import type { ServerOptions, ServerParts } from './server-parts.ts';
import { createSignInLog } from './sign-in-log.ts';
import { unmatched } from './unmatched.ts';

/** A server that was made and may be listening. */
export interface LongarmServer {
  /** Listens. Port 0 picks a free one. @returns the port. @throws when the address is taken or not this machine's. */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  /** Serves another certificate from the next connection on. */
  useCertificate(tls: { readonly certPem: string; readonly keyPem: string }): void;
  /**
   * Takes no more connections, answers held polls as things stand, cuts followers (who resume elsewhere), and resolves
   * when every request is answered. May be called twice.
   */
  close(): Promise<void>;
}

/** 64 KiB: tokens of people in many groups are large. */
const maxHeaderSize = 65_536;

/** Makes the server: operations bound to routes, over TLS where certificates are given. */
export function createServer(parts: ServerParts, options: ServerOptions): LongarmServer {
  const stopping = new AbortController();
  const app = createApp(options, { maxHeaderSize });
  readBodies(app);

  app.addHook('onRequest', async (request, reply) => {
    const { gone } = openContext(parts, options, request, reply);
    const leave = () => {
      // A connection that were kept would keep the server from closing for as long as its client is silent.
      reply.header('connection', 'close');
      gone.abort(stopping.signal.reason);
    };
    stopping.signal.addEventListener('abort', leave, { signal: gone.signal });
    // An answer that is done needs no more listening; otherwise each request would leave a listener behind.
    reply.raw.once('close', () => gone.abort(new Error('the request is over')));
  });
  app.addHook('onResponse', async (request, reply) => {
    const { operationId, startedMs, requestId, correlationId, principal } = contextOf(request);
    const seconds = (parts.clock.monotonicMs() - startedMs) / 1000;
    parts.metrics.requestAnswered({ operationId, status: reply.statusCode, seconds });
    const facts = {
      requestId,
      correlationId,
      operationId,
      status: reply.statusCode,
      seconds,
      principal: principal?.id,
    };
    parts.log.debug(facts, 'answered a request');
  });
  const signIns = createSignInLog(parts.clock, parts.log);
  app.setErrorHandler((error: Error, request, reply) => answerError(parts, options, signIns, error, request, reply));
  app.setNotFoundHandler(async (request) => {
    // Without a token nobody learns which paths there are.
    await parts.authenticate(header(request, 'authorization'));
    throw unmatched(operations, request.method, request.url);
  });

  const operations = [...parts.operations];
  operations.push(openApiOperation(parts.operations, options.version));
  for (const operation of operations) bindOperation(app, parts, options, operation);
  addOperatorRoutes(app, parts, options);

  return {
    listen: async ({ host, port }) => {
      await app.listen({ host, port });
      const address = app.server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
    useCertificate: ({ certPem, keyPem }) => {
      if (app.server instanceof TlsServer) app.server.setSecureContext({ cert: certPem, key: keyPem });
    },
    close: async () => {
      stopping.abort(new Error('the server is stopping'));
      await app.close();
    },
  };
}

function createApp(options: ServerOptions, http: { readonly maxHeaderSize: number }): FastifyInstance {
  const common = {
    logger: false,
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    // A parameter is checked by its own rule, not by the router's.
    routerOptions: {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: 4096,
    },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    clientErrorHandler: answerBrokenRequest,
  } as const;
  if (options.tls === undefined) return fastify({ ...common, http });
  const { certPem, keyPem } = options.tls;
  const https = { ...http, cert: certPem, key: keyPem, minVersion: 'TLSv1.2' as const };
  return fastify({ ...common, https });
}

/** What the HTTP parser refuses gets a `CloudError` as well, written by hand: there is no request to answer. */
function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const { status, body } = toCloudError(brokenRequest(error.code));
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ].join('\r\n');
  socket.end(`${head}\r\n\r\n${text}`);
}

function brokenRequest(code: string | undefined): LongarmError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new LongarmError('RequestTimeout', 'The request did not arrive in time.');
    case 'HPE_HEADER_OVERFLOW':
      return new LongarmError(
        'RequestHeaderFieldsTooLarge',
        `The request's headers are larger than ${maxHeaderSize} bytes.`,
      );
    case undefined:
    default:
      return new LongarmError('InvalidRequestContent', 'The request is not valid HTTP.');
  }
}
