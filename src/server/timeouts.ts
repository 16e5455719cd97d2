/**
 * How long the server waits for whom, in milliseconds. Whoever is slower is cut off: a connection that waits for nobody
 * costs memory for as long as its client likes.
 */
export interface ServerTimeouts {
  /** For a TLS handshake. */
  readonly handshakeMs: number;
  /** For the headers of a request, the first one of a connection included. */
  readonly headersMs: number;
  /** For a whole request, its body included. */
  readonly requestMs: number;
  /** For the next request on a connection. */
  readonly keepAliveMs: number;
  /** For a client to read on. One that follows output resumes by offset. */
  readonly stalledMs: number;
  /** For the rest of a body that nobody will read, because the request is answered already. */
  readonly lingerMs: number;
  /** Between two looks at headers and requests that are late. */
  readonly checkMs: number;
}

/** What a server goes by. */
export const defaultTimeouts: ServerTimeouts = {
  handshakeMs: 30_000,
  headersMs: 60_000,
  requestMs: 5 * 60_000,
  keepAliveMs: 75_000,
  stalledMs: 10 * 60_000,
  lingerMs: 30_000,
  checkMs: 10_000,
};
