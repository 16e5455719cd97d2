import { ArmError } from './arm-error.ts';
import { isObject, objectOf, textOf } from './json-fields.ts';
import type { HttpReply } from './transport.ts';

/** No answer of ARM is larger: inline logs are limited, and lists are paged. */
const largestBody = 64 * 1024 * 1024;

/**
 * Reads a whole body as JSON; `undefined` where it is empty.
 * @throws {ArmError} `InvalidAnswer` where it is not JSON or too large; {NetworkFailure} where it breaks off.
 */
export async function readJson(reply: HttpReply): Promise<unknown> {
  const text = await readText(reply);
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ArmError('The endpoint answered something that is not JSON. Is it an ARM endpoint?', {
      status: reply.status,
      code: 'InvalidAnswer',
      cause,
    });
  }
}

async function readText(reply: HttpReply): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of reply.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > largestBody) {
      throw new ArmError(`The endpoint's answer is larger than ${largestBody} bytes, which no ARM answer is.`, {
        status: reply.status,
        code: 'InvalidAnswer',
      });
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Turns an answer of 400 or more into an error. Understands ARM's envelope, the flat form that AKS uses at times, and
 * OAuth's (RFC 6749 §5.2).
 */
export async function readError(reply: HttpReply): Promise<ArmError> {
  const text = await readText(reply);
  const body = objectOf(tryParse(text));
  const error = isObject(body['error']) ? body['error'] : body;
  const oauth = textOf(body, 'error');
  const code = textOf(error, 'code') ?? oauth ?? `Http${reply.status}`;
  const message =
    textOf(error, 'message') ??
    textOf(body, 'error_description') ??
    `The endpoint answered ${reply.status} without saying why.`;
  const target = textOf(error, 'target');
  const retryAfterMs = parseRetryAfter(reply.headers['retry-after']);
  return new ArmError(message, {
    status: reply.status,
    code,
    ...(target === undefined ? {} : { target }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's HTML page: status and code say all that there is to say.
    return undefined;
  }
}

/**
 * `Retry-After` in milliseconds: seconds, or a date, compared with `nowMs`. Source: RFC 9110 §10.2.3.
 * Zero reads as absent, as Azure's clients have it.
 */
export function parseRetryAfter(header: string | undefined, nowMs: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const waitMs = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return waitMs > 0 ? waitMs : undefined;
}
