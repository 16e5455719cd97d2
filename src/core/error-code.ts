interface CatalogueEntry {
  /** The HTTP status it is answered with. */
  readonly status: number;
  /** When it happens, for `docs/errors.md`. */
  readonly when: string;
}

/**
 * Every error that a client can be answered with. Azure's own codes where ARM has one for the case
 * (azure-resource-manager-rpc, `v1.0/common-api-details.md`). `docs/errors.md` is compared with this table.
 */
export const errorCatalogue = {
  MissingApiVersionParameter: { status: 400, when: 'The query has no `api-version`.' },
  InvalidApiVersionParameter: { status: 400, when: '`api-version` is malformed or older than 2021-03-01.' },
  InvalidSubscriptionId: { status: 400, when: 'The subscription in the path is not a UUID.' },
  InvalidParameter: { status: 400, when: 'A path, query, header or body value breaks its rule; `target` names it.' },
  InvalidRequestContent: { status: 400, when: 'The body is not JSON, or not of the operation’s schema.' },
  InvalidContext: { status: 400, when: '`context` is not base64, not a zip, or a zip with an entry that is refused.' },
  InvalidClusterToken: { status: 400, when: '`clusterToken` is not a JSON Web Token.' },
  AuthenticationFailed: { status: 401, when: 'The request has no bearer token.' },
  InvalidAuthenticationToken: { status: 401, when: 'The token is malformed, unsigned, or not signed by its issuer.' },
  InvalidAuthenticationTokenIssuer: { status: 401, when: 'The token’s issuer is not one that this server trusts.' },
  InvalidAuthenticationTokenAudience: { status: 401, when: 'The token was issued for another audience.' },
  ExpiredAuthenticationToken: { status: 401, when: 'The token has expired, or is not valid yet.' },
  AuthorizationFailed: {
    status: 403,
    when: 'No role assignment grants the action at this scope, or the scope does not exist.',
  },
  SubscriptionNotFound: { status: 404, when: 'There is no such subscription.' },
  ResourceNotFound: { status: 404, when: 'There is no such cluster or role assignment.' },
  NotFound: { status: 404, when: 'There is no such command in this cluster, or it was deleted.' },
  InvalidResourceType: { status: 404, when: 'The path names nothing that this server has.' },
  MethodNotAllowed: { status: 405, when: 'The path exists, the method does not.' },
  RequestTimeout: { status: 408, when: 'The request did not arrive in time.' },
  RunCommandDisabled: { status: 409, when: 'Run command is switched off for the cluster.' },
  CommandNotFinished: { status: 409, when: 'A command that has not finished cannot be deleted.' },
  ClusterHasUnfinishedCommands: {
    status: 409,
    when: 'A cluster with unfinished commands cannot be deleted, nor get another namespace for its pods.',
  },
  IdempotencyKeyReused: { status: 409, when: 'The idempotency key was used for another body.' },
  RoleAssignmentExists: { status: 409, when: 'The name of the role assignment is taken by another one.' },
  RequestContentTooLarge: { status: 413, when: 'The body is larger than the limit.' },
  UnsupportedMediaType: {
    status: 415,
    when: 'The body is of a content type, coding or charset that the operation does not take.',
  },
  InvalidRange: { status: 416, when: 'The range or offset lies behind the end of the output.' },
  TooManyRequests: { status: 429, when: 'As many commands, or as many bytes of them, wait for this cluster as may.' },
  RequestHeaderFieldsTooLarge: { status: 431, when: 'The request’s headers are larger than 64 KiB.' },
  InternalServerError: { status: 500, when: 'Longarm is at fault; the log has the cause under the request id.' },
  ServiceUnavailable: {
    status: 503,
    when: 'The server is starting or stopping, its disk is full, or an issuer’s keys cannot be had.',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;

/** What may be said beside code and message. */
export interface ErrorExtras {
  /** The name of the parameter or entry at fault. */
  readonly target?: string;
  /** When to try again, in whole seconds; sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** How many bytes there are, where a range lies outside of them; sent as `Content-Range`. */
  readonly sizeBytes?: number;
  /** Logged, never sent. */
  readonly cause?: unknown;
}

/** An error that a client may see: what happened, to what, and what to do. */
export class LongarmError extends Error {
  override readonly name = 'LongarmError';
  readonly code: ErrorCode;
  readonly target: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly sizeBytes: number | undefined;

  constructor(code: ErrorCode, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.code = code;
    this.target = extras.target;
    this.retryAfterSeconds = extras.retryAfterSeconds;
    this.sizeBytes = extras.sizeBytes;
  }

  /** The HTTP status of this error. */
  get status(): number {
    return errorCatalogue[this.code].status;
  }
}
