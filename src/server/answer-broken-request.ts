import { IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { LongarmError } from '../core/error-code.ts';
import { toCloudError } from '../wire/cloud-error.ts';

/** 64 KiB: tokens of people in many groups are large. */
export const maxHeaderSize = 65_536;

/**
 * What the HTTP parser refuses gets a `CloudError` as well, written by hand: there is no request to answer.
 * @param lingerMs how long the client may take to read it and to close.
 * @param stopping cuts it at once.
 */
export function answerBrokenRequest(
  error: Error & { readonly code?: string },
  socket: Duplex,
  lingerMs: number,
  stopping: AbortSignal,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  if (owesAnswer(socket)) {
    // What is wrong came behind a request that is whole. An answer now would be taken for that one's.
    socket.destroy();
    return;
  }
  const { status, headers, body } = toCloudError(brokenRequest(error.code));
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ].join('\r\n');
  // Not destroyed at once: what the client is still sending would be answered by a reset, and that drops the answer.
  socket.end(`${head}\r\n\r\n${text}`);
  const cut = () => void socket.destroy();
  const late = setTimeout(cut, lingerMs);
  stopping.addEventListener('abort', cut, { once: true });
  socket.once('close', () => {
    clearTimeout(late);
    stopping.removeEventListener('abort', cut);
  });
}

/** Whether an answer is due on this connection to a request that arrived whole. Node keeps the response that is next there. */
function owesAnswer(socket: Duplex): boolean {
  const next: unknown = Reflect.get(socket, '_httpMessage');
  if (!(next instanceof ServerResponse)) return false;
  const request: unknown = next.req;
  return next.headersSent || (request instanceof IncomingMessage && request.complete);
}

function brokenRequest(code: string | undefined): LongarmError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new LongarmError('RequestTimeout', 'The request did not arrive in time. Send it again, and faster.');
    case 'HPE_HEADER_OVERFLOW':
      return new LongarmError(
        'RequestHeaderFieldsTooLarge',
        `The request's headers, its path and query among them, are larger than ${maxHeaderSize} bytes, or too many.`,
      );
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new LongarmError('RequestContentTooLarge', 'The chunk extensions of the body are too large. Send none.');
    case 'METHOD_CONNECT':
      return new LongarmError('MethodNotAllowed', "This server is no proxy: it does not take the method 'CONNECT'.");
    case undefined:
    default:
      return new LongarmError('InvalidRequestContent', 'The request is not valid HTTP.');
  }
}
