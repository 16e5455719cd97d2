import type { ServerResponse } from 'node:http';
import type { Status } from 'kubernetes-types/meta/v1.d.ts';

/** Answers with JSON. */
export function json(response: ServerResponse, body: unknown, code = 200, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A `Status` that says `Failure`, as the API server writes it. */
export function failure(code: number, reason: string, message: string): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message };
}

/** Answers with a `Status` that says `Failure`. */
export function fail(
  response: ServerResponse,
  code: number,
  reason: string,
  more: { readonly message?: string; readonly headers?: Record<string, string> } = {},
): void {
  json(response, failure(code, reason, more.message ?? `${reason} it is`), code, more.headers);
}
