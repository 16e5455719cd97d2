import Type, { type Static, type TSchema } from 'typebox';
import { LongarmError } from '../core/error-code.ts';

const part = {
  code: Type.String({ description: 'One of the codes of the error catalogue.' }),
  message: Type.String({ description: 'What happened, to what, and what to do.' }),
  target: Type.Optional(Type.String({ description: 'The parameter or entry at fault.' })),
} satisfies Record<string, TSchema>;

/** The body of every error. Source: API reference, `CloudError`; azure-resource-manager-rpc, *error response content*. */
export const cloudErrorSchema = Type.Object({
  error: Type.Object({ ...part, details: Type.Optional(Type.Array(Type.Object(part))) }),
});

/** The body of every error. */
export type CloudError = Static<typeof cloudErrorSchema>;

/** What is answered in place of a result. */
export interface CloudErrorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: CloudError;
}

const ourFault = new LongarmError(
  'InternalServerError',
  'Longarm is at fault and could not answer. Its log has the cause under the x-ms-request-id of this response; try again.',
);

/**
 * Turns whatever was thrown into what a client is answered. Only a `LongarmError` speaks to clients; of anything else
 * they learn nothing but that it is our fault, because its text may name files, tables or secrets. To log the cause
 * is the caller's part.
 */
export function toCloudError(thrown: unknown): CloudErrorResponse {
  const error = thrown instanceof LongarmError ? thrown : ourFault;
  const headers: Record<string, string> = { 'x-ms-error-code': error.code };
  if (error.retryAfterSeconds !== undefined) {
    // Whole seconds, and at least one: clients read 0 as absent.
    headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfterSeconds)));
  }
  // RFC 9110 §15.5.17: a 416 says how much there is.
  if (error.sizeBytes !== undefined) headers['content-range'] = `bytes */${error.sizeBytes}`;
  const target = error.target === undefined ? {} : { target: error.target };
  return { status: error.status, headers, body: { error: { code: error.code, message: error.message, ...target } } };
}
