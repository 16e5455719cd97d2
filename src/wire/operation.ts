import type { TSchema } from 'typebox';
import type { Principal } from '../core/principal.ts';
import type { Action } from '../core/role.ts';
import type { Scope } from '../core/scope.ts';

/** What an operation is given: a request that is matched, and as far as `access` says authenticated and authorised. */
export interface OperationRequest {
  /** `undefined` only for public operations. */
  readonly principal: Principal | undefined;
  /** Path parameters by the names in the template, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Query parameters; of a repeated one the first. Keys as in the operation's table, found in any case. */
  readonly query: Readonly<Record<string, string>>;
  /** Header values by lower-case name; repeated ones joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body after its schema accepted it; `undefined` where the operation takes none. */
  readonly body: unknown;
  /** sha256 of the body's bytes, in hex; of no bytes where there is no body. */
  readonly bodySha256: string;
  /** The public base of this server, without a trailing slash: what absolute links begin with. */
  readonly baseUrl: string;
  readonly requestId: string;
  readonly correlationId: string;
  /** The peer's address, for limits and logs. */
  readonly remoteAddress: string;
  /** Aborts when the client is gone or the server stops. */
  readonly signal: AbortSignal;
}

/** What an operation answers. Errors are thrown as `LongarmError`. */
export interface OperationResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Nothing, a value to be sent as JSON, bytes, or a stream of bytes. */
  readonly body?:
    | { readonly type: 'json'; readonly value: unknown }
    | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly contentType: string }
    | { readonly type: 'stream'; readonly chunks: AsyncIterable<Uint8Array>; readonly contentType: string };
}

/** Who may call an operation. */
export type Access =
  | { readonly type: 'public' }
  /** Any authenticated principal; the operation shows it only what it may see. */
  | { readonly type: 'signedIn' }
  /** A role assignment must grant the action at the scope; see `core/access.ts` for what ownership grants. */
  | {
      readonly type: 'granted';
      readonly action: Action;
      /** @throws {LongarmError} when a path parameter breaks its rule. */
      readonly scope: (params: Readonly<Record<string, string>>) => Scope;
    };

/** A parameter of the query or the headers. */
export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'header';
  readonly description: string;
  readonly required?: boolean;
  readonly schema: TSchema;
}

/** One possible answer, for the OpenAPI document. */
export interface ResponseDescription {
  readonly description: string;
  readonly schema?: TSchema;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One thing that the server can be asked. Routes, the OpenAPI document and the authorisation matrix of the tests
 * are derived from these values; no operation knows a socket or a framework.
 */
export interface Operation {
  /** The `operationId`, Azure's own where there is one: `ManagedClusters_RunCommand`. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** An ARM path template, parameters in braces. */
  readonly path: string;
  readonly summary: string;
  /** True for what the vendor's API does not have. */
  readonly extension: boolean;
  /** Whether `api-version` is required and checked. */
  readonly apiVersioned: boolean;
  /** The oldest `api-version` that is taken, where it is not that of managed clusters: other providers have older ones. */
  readonly oldestApiVersion?: string;
  readonly access: Access;
  readonly parameters: readonly Parameter[];
  readonly body?: {
    readonly contentType: 'application/json' | 'application/x-www-form-urlencoded';
    readonly schema: TSchema;
  };
  readonly responses: Readonly<Record<number, ResponseDescription>>;
  readonly handle: (request: OperationRequest) => Promise<OperationResponse>;
}
