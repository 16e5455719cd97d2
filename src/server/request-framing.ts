import type { FastifyRequest } from 'fastify';
import { LongarmError } from '../core/error-code.ts';
import { quote } from '../wire/quote.ts';
import { header } from './request-context.ts';

/**
 * Refuses requests that two servers in a row could read differently, as far as the HTTP parser lets them through: without
 * a host or with several (RFC 9112 §3.2), and with a transfer coding other than `chunked` (§6.1), which would be taken
 * for the content.
 * @throws {LongarmError} InvalidRequestContent, UnsupportedMediaType.
 */
export function requireFraming(request: FastifyRequest): void {
  const { rawHeaders, httpVersion } = request.raw;
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) {
    const message = `The request has ${hosts === 0 ? 'no' : hosts} 'Host' headers; it must have one.`;
    throw new LongarmError('InvalidRequestContent', message, { target: 'Host' });
  }
  const coding = header(request, 'transfer-encoding');
  if (coding === undefined || coding.trim().toLowerCase() === 'chunked') return;
  throw new LongarmError(
    'UnsupportedMediaType',
    `The request comes in the transfer coding ${quote(coding)}. Send it 'chunked', or with its length.`,
    { target: 'Transfer-Encoding' },
  );
}

/**
 * Refuses bodies in another form than the one they are read in: packed (RFC 9110 §15.5.16), or of another charset, in
 * which the same bytes are another text.
 * @throws {LongarmError} UnsupportedMediaType.
 */
export function requirePlainUtf8(request: FastifyRequest): void {
  const coding = header(request, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (coding !== '' && coding !== 'identity') {
    throw new LongarmError(
      'UnsupportedMediaType',
      `The body is in the content coding ${quote(coding)}. Send it as it is, without 'Content-Encoding'.`,
      { target: 'Content-Encoding' },
    );
  }
  const contentType = header(request, 'content-type') ?? '';
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8';
  if (['utf-8', 'utf8', 'us-ascii'].includes(charset)) return;
  throw new LongarmError('UnsupportedMediaType', `The body is in the charset ${quote(charset)}. Send it in UTF-8.`, {
    target: 'Content-Type',
  });
}
