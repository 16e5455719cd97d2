import Type, { type Static } from 'typebox';
import { type Instant, toRfc3339 } from '../core/instant.ts';

/** The error words of RFC 6749 §5.2 that we use, and Entra's `invalid_resource`. */
export type OAuthErrorWord =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_resource'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable';

/** Why no token was issued. `message` is for people; clients show it after the number. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly error: OAuthErrorWord;
  /** Entra's number of the error: clients tell causes apart by `AADSTS` and it. */
  readonly number: number;
  readonly status: number;
  /** When to try again, in whole seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(error: OAuthErrorWord, number: number, message: string, retryAfterSeconds?: number) {
    super(message);
    this.error = error;
    this.number = number;
    this.status = statusOf(error);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The body of a refusal by the token endpoint. */
export const oauthErrorSchema = Type.Object({
  error: Type.String(),
  error_description: Type.String(),
  error_codes: Type.Array(Type.Integer()),
  timestamp: Type.String(),
  trace_id: Type.String(),
  correlation_id: Type.String(),
});

/** The body of a refusal by the token endpoint. */
export type OAuthErrorBody = Static<typeof oauthErrorSchema>;

/** Writes a refusal in Entra's form, which MSAL and `az` print. */
export function toOAuthErrorBody(
  error: OAuthError,
  request: { readonly now: Instant; readonly requestId: string; readonly correlationId: string },
): OAuthErrorBody {
  const timestamp = toRfc3339(request.now).replace('T', ' ');
  const trace = `Trace ID: ${request.requestId} Correlation ID: ${request.correlationId} Timestamp: ${timestamp}`;
  return {
    error: error.error,
    error_description: `AADSTS${error.number}: ${error.message} ${trace}`,
    error_codes: [error.number],
    timestamp,
    trace_id: request.requestId,
    correlation_id: request.correlationId,
  };
}

function statusOf(error: OAuthErrorWord): number {
  switch (error) {
    case 'invalid_client':
      return 401;
    case 'temporarily_unavailable':
      return 429;
    case 'invalid_request':
    case 'invalid_resource':
    case 'invalid_scope':
    case 'unsupported_grant_type':
      return 400;
  }
}
