import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Duplex } from 'node:stream';
import { longestParameter } from './answer-error.ts';
import { answerBrokenRequest, maxHeaderSize } from './answer-broken-request.ts';
import type { ServerOptions } from './server-parts.ts';

/** Answers a request whose path the router cannot read; no hook has seen it. */
type RefusePath = (error: Error, request: FastifyRequest, reply: FastifyReply) => void;

/** The framework's part of the server: sockets, time-outs, and what is done about requests that never become one. */
export function createApp(options: ServerOptions, stopping: AbortSignal, refuse: RefusePath): FastifyInstance {
  const { timeouts, tls } = options;
  const answerBroken = (error: Error, socket: Duplex) =>
    answerBrokenRequest(error, socket, timeouts.lingerMs, stopping);
  const common = {
    logger: false,
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    // A parameter is checked by its own rule, not by the router's.
    routerOptions: {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: longestParameter,
    },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    clientErrorHandler: answerBroken,
    frameworkErrors: refuse,
  } as const;
  const http = {
    maxHeaderSize,
    headersTimeout: timeouts.headersMs,
    connectionsCheckingInterval: timeouts.checkMs,
    // Its absence gets an answer of ours.
    requireHostHeader: false,
  };
  const app: FastifyInstance =
    tls === undefined
      ? fastify({ ...common, http })
      : fastify({
          ...common,
          https: {
            ...http,
            cert: tls.certPem,
            key: tls.keyPem,
            minVersion: 'TLSv1.2',
            handshakeTimeout: timeouts.handshakeMs,
          },
        });
  // "100 Continue" is said where the body is wanted, and what else a client may expect is passed over.
  for (const event of ['checkContinue', 'checkExpectation'] as const) {
    app.server.on(event, (request, response) => void app.server.emit('request', request, response));
  }
  app.server.on('connect', (_request, socket) => {
    // Node has taken its own listener off. Without one, a client that breaks off would end the whole server.
    socket.on('error', () => socket.destroy());
    answerBroken(Object.assign(new Error('CONNECT'), { code: 'METHOD_CONNECT' }), socket);
  });
  return app;
}
