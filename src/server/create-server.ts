import type { FastifyReply, FastifyRequest } from 'fastify';
import { Server as TlsServer } from 'node:tls';
import { answerError } from './answer-error.ts';
import { bindOperation } from './bind-operation.ts';
import { createApp } from './create-app.ts';
import { openApiOperation } from './openapi-operation.ts';
import { addOperatorRoutes } from './operator-routes.ts';
import { readBodies } from './read-body.ts';
import { contextOf, header, openContext } from './request-context.ts';
import { requireFraming } from './request-framing.ts';
import type { ServerOptions, ServerParts } from './server-parts.ts';
import { createSignInLog } from './sign-in-log.ts';
import { unmatched } from './unmatched.ts';
import { passOverBody } from './unread-body.ts';

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

/** Makes the server: operations bound to routes, over TLS where certificates are given. */
export function createServer(parts: ServerParts, options: ServerOptions): LongarmServer {
  const stopping = new AbortController();
  const underWay = new Map<FastifyReply, AbortController>();
  const signIns = createSignInLog(parts.clock, parts.log);
  const fail = (error: Error, request: FastifyRequest, reply: FastifyReply) => {
    passOverBody(request, reply, options.timeouts.lingerMs, stopping.signal);
    return answerError(parts, signIns, error, request, reply);
  };
  const app = createApp(options, stopping.signal, (error, request, reply) => {
    openContext(parts, options, request, reply);
    // Without a token not even a path that cannot be read is talked about.
    parts
      .authenticate(header(request, 'authorization'))
      .then(() => fail(error, request, reply))
      .catch((refusal: unknown) => fail(asError(refusal), request, reply));
  });
  readBodies(app);

  app.addHook('onRequest', async (request, reply) => {
    const { gone } = openContext(parts, options, request, reply);
    underWay.set(reply, gone);
    reply.raw.once('close', () => underWay.delete(reply));
    requireFraming(request);
    if (!request.is404) return;
    // Without a token nobody learns which paths there are. Here and not in the handler: that comes after the body.
    await parts.authenticate(header(request, 'authorization'));
    const { error, allow } = unmatched(operations, request.method, request.url);
    if (allow.length > 0) reply.header('allow', allow.join(', '));
    throw error;
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
  app.setErrorHandler(fail);
  // What matches nothing is refused above; without a handler the hook would not be asked.
  app.setNotFoundHandler(() => undefined);

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
      for (const [reply, gone] of underWay) {
        // A connection that were kept would keep the server from closing for as long as its client is silent.
        reply.header('connection', 'close');
        gone.abort(stopping.signal.reason);
      }
      await app.close();
    },
  };
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
