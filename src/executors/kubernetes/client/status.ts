import type { IncomingHttpHeaders } from 'node:http';
import { fieldOf, textOf } from './json-fields.ts';
import { KubernetesError } from './kubernetes-error.ts';

/** The most of an answer that is no `Status` which goes into a message. */
const quotedCharacters = 300;

/** Whether parsed JSON is a `Status` object of the API. */
export function isStatus(body: unknown): boolean {
  return textOf(body, 'kind') === 'Status' && textOf(body, 'apiVersion') === 'v1';
}

/** Whether parsed JSON is a `Status` that says `Failure`. */
export function isFailure(body: unknown): boolean {
  return isStatus(body) && textOf(body, 'status') === 'Failure';
}

/** The error that a `Status` of the API describes. `code` is the HTTP status, for a `Status` that has none. */
export function errorOfStatus(status: unknown, code: number, headers: IncomingHttpHeaders = {}): KubernetesError {
  const own = fieldOf(status, 'code');
  const details = fieldOf(status, 'details');
  const shownCode = typeof own === 'number' && Number.isInteger(own) && own > 0 ? own : code;
  const reason = textOf(status, 'reason');
  const message = textOf(status, 'message');
  const retryAfterMs = retryAfter(headers, details);
  const known = reason === undefined || reason === '' ? `Http${shownCode}` : reason;
  return new KubernetesError({
    code: shownCode,
    reason: known,
    message: message === undefined || message === '' ? `The API server answered ${shownCode} ${known}.` : message,
    ...(details === undefined ? {} : { details }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/**
 * The error for an answer outside 2xx that is no `Status`: by a load balancer, a proxy, or no Kubernetes at all. Its reason
 * is none of Kubernetes' words: a 404 of these does not say that an object is gone.
 */
export function errorOfOther(
  server: string,
  code: number,
  headers: IncomingHttpHeaders,
  text: string,
): KubernetesError {
  const retryAfterMs = retryAfter(headers, undefined);
  return new KubernetesError({
    code,
    reason: `Http${code}`,
    message: `${server} answered ${code}${sayings(code, headers, text)}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function sayings(code: number, headers: IncomingHttpHeaders, text: string): string {
  if (code >= 300 && code < 400) {
    const target = headers.location === undefined ? '' : ` to ${headers.location}`;
    return `: it redirects${target}, which is not followed. Give the API server's own address.`;
  }
  // What is quoted may come from anybody on the way: one line of it, without what a terminal would obey.
  const words = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  if (words === '') return ', and no more.';
  return `: ${words.length > quotedCharacters ? `${words.slice(0, quotedCharacters)}…` : words}`;
}

function retryAfter(headers: IncomingHttpHeaders, details: unknown): number | undefined {
  const written = headers['retry-after'];
  // The API server writes seconds; a date would have to be compared with a clock that may be wrong.
  if (written !== undefined && /^\d{1,6}$/.test(written)) return Number(written) * 1000;
  const told = fieldOf(details, 'retryAfterSeconds');
  return typeof told === 'number' && told > 0 ? told * 1000 : undefined;
}
