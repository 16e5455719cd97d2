import { once } from 'node:events';
import type { FastifyReply } from 'fastify';
import type { OperationResponse } from '../wire/operation.ts';

/**
 * Sends what an operation answered. Streams go out no faster than the client reads.
 * @param stalledMs how long a client may take to read on before it is cut off.
 */
export async function sendResponse(
  reply: FastifyReply,
  response: OperationResponse,
  gone: AbortController,
  stalledMs: number,
): Promise<void> {
  reply.code(response.status).headers(response.headers ?? {});
  const { body } = response;
  switch (body?.type) {
    case undefined:
      void reply.send();
      break;
    case 'json':
      void reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body.value));
      break;
    case 'bytes':
      void reply.header('content-type', body.contentType).send(body.bytes);
      break;
    case 'stream':
      reply.header('content-type', body.contentType);
      await sendStream(reply, body.chunks, gone, stalledMs);
      return;
  }
  cutWhenLate(reply.raw, stalledMs);
}

/**
 * Writes the stream to the socket. A stream that breaks off is cut so that the client sees it: a proper end would
 * say that this was all.
 */
async function sendStream(
  reply: FastifyReply,
  chunks: AsyncIterable<Uint8Array>,
  gone: AbortController,
  stalledMs: number,
): Promise<void> {
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(reply.statusCode, { ...reply.getHeaders() } as Record<string, string>);
  // The headers go at once: who follows a silent command knows that it is connected.
  raw.flushHeaders();
  raw.socket?.setKeepAlive(true, 30_000);
  try {
    for await (const chunk of chunks) {
      if (raw.destroyed) return;
      if (!raw.write(chunk)) await drained(raw, gone.signal, stalledMs);
    }
    cutWhenLate(raw, stalledMs);
    raw.end();
  } catch (error) {
    raw.destroy(error instanceof Error ? error : undefined);
    if (!gone.signal.aborted) throw error;
  }
}

/**
 * Nobody waits for a client that takes an answer half. Not by the time-out of the socket: that one begins anew with
 * each byte that the client sends.
 */
function cutWhenLate(raw: FastifyReply['raw'], stalledMs: number): void {
  // A client that has gone meanwhile is not heard to go once more, and the timer would hold up the end of the server.
  // And where all of it is with the kernel already, as most answers are, nobody waits.
  if (raw.destroyed || (raw.writableEnded && raw.socket?.writableLength === 0)) return;
  const late = setTimeout(() => raw.destroy(), stalledMs);
  raw.once('close', () => clearTimeout(late));
}

/** Waits until the client has read on. @throws when it has gone, and when it takes too long. */
async function drained(raw: FastifyReply['raw'], gone: AbortSignal, stalledMs: number): Promise<void> {
  // Signals that are derived from others live on until they are collected, and this is done for each piece.
  const waiting = new AbortController();
  const leave = () => waiting.abort(gone.reason);
  const late = setTimeout(() => waiting.abort('stalled'), stalledMs);
  gone.addEventListener('abort', leave, { once: true });
  if (gone.aborted) leave();
  try {
    await once(raw, 'drain', { signal: waiting.signal });
  } finally {
    clearTimeout(late);
    gone.removeEventListener('abort', leave);
  }
}
