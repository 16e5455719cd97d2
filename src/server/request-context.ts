import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Instant, toRfc3339 } from '../core/instant.ts';
import type { Principal } from '../core/principal.ts';
import type { ServerOptions, ServerParts } from './server-parts.ts';

/** What the server knows of a request beside what Fastify does. */
export interface RequestContext {
  readonly requestId: string;
  readonly correlationId: string;
  readonly startedMs: number;
  /** The operation it was matched with; for logs and metrics. */
  operationId: string;
  principal: Principal | undefined;
  /** sha256 of the body, in hex, once it was read. */
  bodySha256: string;
  /** Aborts when the client is gone or the server stops. */
  readonly gone: AbortController;
}

/** The digest of no bytes: what a request without a body has. */
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const contexts = new WeakMap<FastifyRequest, RequestContext>();

/** The context that `openContext` made for this request. */
export function contextOf(request: FastifyRequest): RequestContext {
  const context = contexts.get(request);
  if (context === undefined) throw new Error('The request has no context: openContext was not called for it.');
  return context;
}

/** Gives a request its ids, and sets the headers that ARM puts on every answer (azure-resource-manager-rpc). */
export function openContext(
  parts: ServerParts,
  options: ServerOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): RequestContext {
  const requestId = parts.ids.uuid();
  const given = header(request, 'x-ms-correlation-request-id');
  const correlationId = given !== undefined && uuid.test(given) ? given : parts.ids.uuid();
  const context: RequestContext = {
    requestId,
    correlationId,
    startedMs: parts.clock.monotonicMs(),
    operationId: 'none',
    principal: undefined,
    bodySha256: emptySha256,
    gone: new AbortController(),
  };
  contexts.set(request, context);
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) context.gone.abort(new Error('the client is gone'));
  });
  void reply.headers({
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    expires: '-1',
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': correlationId,
    'x-ms-routing-request-id': `${options.region.toUpperCase()}:${stampOf(parts.clock.now())}:${parts.ids.uuid()}`,
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
  });
  const clientRequestId = header(request, 'x-ms-client-request-id');
  const wanted = header(request, 'x-ms-return-client-request-id')?.toLowerCase() === 'true';
  // Only what can stand in a header is sent back: this one comes from the client.
  if (wanted && clientRequestId !== undefined && /^[\x20-\x7e]{1,256}$/.test(clientRequestId)) {
    void reply.header('x-ms-client-request-id', clientRequestId);
  }
  return context;
}

const stampMs = 1000;
let stamped = { second: Number.NaN, stamp: '' };

/** The time in the form of routing ids, `20261123T185653Z`. Many requests come within the same second. */
function stampOf(now: Instant): string {
  const second = Math.floor(now / stampMs);
  if (second !== stamped.second) stamped = { second, stamp: toRfc3339(now).replace(/[-:]/g, '') };
  return stamped.stamp;
}

/** A header's value; repeated ones joined as HTTP allows. */
export function header(request: FastifyRequest, name: string): string | undefined {
  // Node keeps the first of several, and a proxy before us may have looked at another. Joined they are no token.
  if (name === 'authorization') return request.raw.headersDistinct[name]?.join(', ');
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
