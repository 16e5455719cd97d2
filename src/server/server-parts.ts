import type { Logger } from 'pino';
import type { LongarmError } from '../core/error-code.ts';
import type { Principal } from '../core/principal.ts';
import type { Actor } from '../control-plane/dependencies.ts';
import type { Action } from '../core/role.ts';
import type { Scope } from '../core/scope.ts';
import type { Ids } from '../ports/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Operation } from '../wire/operation.ts';
import type { Metrics } from './metrics.ts';
import type { ServerTimeouts } from './timeouts.ts';

/** What the server binds to a socket. */
export interface ServerParts {
  readonly operations: readonly Operation[];
  /** The principal of an `Authorization` header. @throws {LongarmError} a 401 of the catalogue. */
  readonly authenticate: (authorization: string | undefined) => Promise<Principal>;
  /** The gate before a body is read. @throws {LongarmError} `AuthorizationFailed`. */
  readonly authorise: (actor: Actor, action: Action, scope: Scope) => Promise<void>;
  /** The value of `WWW-Authenticate` beside a 401. */
  readonly challenge: (error: LongarmError) => string;
  /** Resolves when the server can do its work, and rejects with the reason while it cannot. */
  readonly checkReady: () => Promise<void>;
  readonly metrics: Metrics;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How the server meets its clients. */
export interface ServerOptions {
  /** The public base, without a trailing slash: what absolute links begin with. */
  readonly publicUrl: string;
  /** Where the server says it is, in `x-ms-routing-request-id`. */
  readonly region: string;
  readonly version: string;
  readonly bodyLimitBytes: number;
  readonly timeouts: ServerTimeouts;
  /** Certificate and key in PEM; without them the server speaks plain HTTP and must be behind a TLS proxy. */
  readonly tls?: { readonly certPem: string; readonly keyPem: string };
  /** What `/metrics` asks of callers that are not on this machine; without it they get none. */
  readonly metricsToken?: string;
}
