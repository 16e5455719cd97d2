import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Deals with the rest of a body that arrives after its request was answered: a 401, a 403 or a 413. It is passed over
 * for `lingerMs`, because a client that is cut off in the middle of its upload may never see the answer; then the
 * connection is cut. A client that is done sooner goes on with it.
 * @param stopping cuts it at once.
 */
export function passOverBody(
  request: FastifyRequest,
  reply: FastifyReply,
  lingerMs: number,
  stopping: AbortSignal,
): void {
  const { raw } = request;
  if (raw.complete || raw.destroyed || !announcesBody(request)) return;
  // The framework closes connections of which it did not read the body, at once.
  reply.removeHeader('connection');
  const cut = () => {
    if (!raw.complete) raw.destroy();
  };
  const late = setTimeout(cut, lingerMs);
  stopping.addEventListener('abort', cut, { once: true });
  raw.once('close', () => {
    clearTimeout(late);
    stopping.removeEventListener('abort', cut);
  });
  raw.resume();
}

function announcesBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
