import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LongarmError } from '../core/error-code.ts';
import { contextOf, header } from './request-context.ts';
import type { ServerOptions, ServerParts } from './server-parts.ts';

/** `/healthz`, `/readyz` and `/metrics`: for probes and scrapers, outside ARM and its tokens. */
export function addOperatorRoutes(app: FastifyInstance, parts: ServerParts, options: ServerOptions): void {
  app.get('/healthz', async (request) => {
    contextOf(request).operationId = 'healthz';
    return { status: 'ok' };
  });
  app.get('/readyz', async (request) => {
    contextOf(request).operationId = 'readyz';
    try {
      await parts.checkReady();
    } catch (cause) {
      throw new LongarmError('ServiceUnavailable', 'The server is not ready; its log has the reason.', { cause });
    }
    return { status: 'ready' };
  });
  app.get('/metrics', async (request, reply) => {
    contextOf(request).operationId = 'metrics';
    if (!mayScrape(request, options)) {
      throw new LongarmError(
        'AuthenticationFailed',
        'Metrics are given to callers on this machine, and to others with the token of metricsTokenFile.',
      );
    }
    const { contentType, text } = await parts.metrics.scrape();
    return reply.header('content-type', contentType).send(text);
  });
}

/**
 * With a token set, everybody needs it. Without one only callers on this machine are served, and nobody on the plain
 * listener: the proxy that it is for makes every caller look local.
 */
function mayScrape(request: FastifyRequest, { metricsToken: token, tls }: ServerOptions): boolean {
  if (token === undefined) {
    return tls !== undefined && ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.ip);
  }
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header(request, 'authorization') ?? ''), digest(`Bearer ${token}`));
}
