import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LongarmError } from '../core/error-code.ts';
import { contextOf, header } from './request-context.ts';

/**
 * Has bodies read as JSON or as a form, whole and with their digest. Everything else is 415.
 */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parsers = { 'application/json': parseJson, 'application/x-www-form-urlencoded': parseForm } as const;
  for (const [contentType, parse] of Object.entries(parsers)) {
    app.addContentTypeParser(contentType, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
      contextOf(request).bodySha256 = createHash('sha256').update(body).digest('hex');
      return parse(body);
    });
  }
}

/**
 * Refuses a body that says it is too large before a byte of it is read.
 * @throws {LongarmError} `RequestContentTooLarge`, with both numbers.
 */
export function requireBodyWithin(request: FastifyRequest, limitBytes: number): void {
  const length = Number(header(request, 'content-length') ?? 0);
  if (length > limitBytes) throw bodyTooLarge(`${length} bytes`, limitBytes);
}

/** The 413 for a body whose size is said, or is only known to be above the limit. */
export function bodyTooLarge(size: string, limitBytes: number): LongarmError {
  return new LongarmError(
    'RequestContentTooLarge',
    `The request body has ${size}; ${limitBytes} bytes are the most that is taken here. Send less: fewer or smaller files.`,
  );
}

function parseJson(body: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw notDeserialised('The body is not UTF-8.', cause);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notDeserialised(cause instanceof Error ? withoutExcerpt(cause.message) : 'It is not JSON.', cause);
  }
}

function parseForm(body: Buffer): Record<string, string> {
  const form: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) form[name] ??= value;
  return form;
}

/** V8 quotes the text around a syntax error, and that text can be a secret. The position is enough. */
function withoutExcerpt(message: string): string {
  const position = /at position \d+(?: \(line \d+ column \d+\))?/.exec(message)?.[0];
  return position === undefined ? 'The body is not complete JSON.' : `The body is not JSON ${position}.`;
}

function notDeserialised(why: string, cause: unknown): LongarmError {
  return new LongarmError(
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${why}'.`,
    { cause },
  );
}
