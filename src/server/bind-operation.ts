import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { parseApiVersion } from '../wire/api-version.ts';
import { LongarmError } from '../core/error-code.ts';
import type { Operation, OperationRequest } from '../wire/operation.ts';
import { requireBodyWithin } from './read-body.ts';
import { requirePlainUtf8 } from './request-framing.ts';
import { contextOf, header } from './request-context.ts';
import { sendResponse } from './send-response.ts';
import type { ServerOptions, ServerParts } from './server-parts.ts';

/** The largest body of an operation that anybody may call, and of one that reads none: a form for a token is small. */
const smallBodyBytes = 64 * 1024;

/**
 * Binds one operation to its route. The order is fixed (docs/architecture.md): authenticate, match, path and api-version,
 * authorise, body, operate. Fastify reads the body after `onRequest`, so a caller without rights uploads nothing.
 */
export function bindOperation(
  app: FastifyInstance,
  parts: ServerParts,
  options: ServerOptions,
  operation: Operation,
): void {
  const { access, body } = operation;
  const known = queryKeys(operation);
  const isSmall = body === undefined || access.type === 'public';
  const bodyLimit = isSmall ? Math.min(smallBodyBytes, options.bodyLimitBytes) : options.bodyLimitBytes;
  const route: RouteShorthandOptions = {
    bodyLimit,
    onRequest: async (request) => {
      const context = contextOf(request);
      context.operationId = operation.id;
      if (access.type !== 'public') context.principal = await parts.authenticate(header(request, 'authorization'));
      const scope = access.type === 'granted' ? access.scope(paramsOf(request)) : undefined;
      if (operation.apiVersioned) parseApiVersion(queryOf(request, known)['api-version'], operation.oldestApiVersion);
      if (body === undefined) return;
      if (access.type === 'granted' && scope !== undefined && context.principal !== undefined) {
        const actor = { principal: context.principal, correlationId: context.correlationId };
        await parts.authorise(actor, access.action, scope);
      }
      requireBodyWithin(request, bodyLimit);
    },
    preParsing: async (request, reply, payload) => {
      if (body !== undefined) {
        requireContentType(request, body.contentType);
        requirePlainUtf8(request);
      }
      // Only now is it known that the body is wanted: RFC 9110 §10.1.1.
      if (header(request, 'expect')?.toLowerCase() === '100-continue') reply.raw.writeContinue();
      return payload;
    },
    ...(body === undefined ? {} : { schema: { body: body.schema } }),
  };
  const toRequest = requestReader(options, operation, known);
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const response = await operation.handle(toRequest(request));
    await sendResponse(reply, response, contextOf(request).gone, options.timeouts.stalledMs);
  };
  // Not a promise for Fastify, which would wait for the client to take the answer, and that at some cost.
  const handler = (request: FastifyRequest, reply: FastifyReply) => {
    answer(request, reply).catch((error: unknown) => {
      if (!reply.sent) {
        void reply.send(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      // Of an answer that is on its way nothing can be taken back: its stream is cut, and only the log can say why.
      const { requestId, correlationId, operationId } = contextOf(request);
      parts.log.warn({ requestId, correlationId, operationId, error }, 'an answer broke off half-way');
    });
  };
  app.route({ method: operation.method, url: toRoutePath(operation.path), ...route, handler });
}

/** An ARM path template as Fastify writes it. */
function toRoutePath(template: string): string {
  return template.replaceAll(/\{([^}]+)\}/g, ':$1');
}

/** Without it a body of another type would be given to the schema as nothing at all. */
function requireContentType(request: FastifyRequest, contentType: string): void {
  const given = header(request, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  if (given === contentType) return;
  const isEmpty =
    request.headers['transfer-encoding'] === undefined && Number(request.headers['content-length'] ?? 0) === 0;
  if (isEmpty) throw new LongarmError('InvalidRequestContent', `The request has no body. Send ${contentType}.`);
  throw new LongarmError(
    'UnsupportedMediaType',
    given === undefined
      ? `The request has no body, or does not say its type. Send ${contentType}.`
      : `The body is of type '${given.slice(0, 100)}'. Send ${contentType}.`,
    { target: 'Content-Type' },
  );
}

/** How the requests of an operation are read. */
function requestReader(
  options: ServerOptions,
  operation: Operation,
  known: QueryKeys,
): (request: FastifyRequest) => OperationRequest {
  return (request) => {
    const { requestId, correlationId, bodySha256, principal, gone } = contextOf(request);
    const headers: Record<string, string> = {};
    for (const name of Object.keys(request.headers)) headers[name] = header(request, name) ?? '';
    return {
      principal,
      params: paramsOf(request),
      query: queryOf(request, known),
      headers,
      body: operation.body === undefined ? undefined : request.body,
      bodySha256,
      baseUrl: options.publicUrl,
      requestId,
      correlationId,
      remoteAddress: request.ip,
      signal: gone.signal,
    };
  };
}

function paramsOf(request: FastifyRequest): Readonly<Record<string, string>> {
  return request.params as Record<string, string>;
}

/** The query keys of an operation as its table writes them, by their lower case. */
type QueryKeys = ReadonlyMap<string, string>;

function queryKeys(operation: Operation): QueryKeys {
  const keys = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  return new Map(['api-version', ...keys].map((key) => [key.toLowerCase(), key]));
}

/** Query keys count in any case, as everywhere in ARM, and are handed on as the operation's table writes them. */
function queryOf(request: FastifyRequest, known: QueryKeys): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.query as Record<string, string | string[]>)) {
    const canonical = known.get(name.toLowerCase()) ?? name;
    query[canonical] ??= Array.isArray(value) ? (value[0] ?? '') : value;
  }
  return query;
}
