import type { Clock } from '../../../ports/clock.ts';
import type { ClusterAccess } from './cluster-access.ts';
import type { ConnectionPool } from './connection-pool.ts';
import type { Credential, Credentials } from './credentials.ts';

/** What every part of the client works with. */
export interface Line {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  readonly credentials: Credentials;
  readonly pool: ConnectionPool;
  readonly userAgent: string;
  /** Throws when the guard refuses the server's address. Asked before each connection. */
  checkAddress(): void;
  /** Told of each HTTP request just before it is sent. */
  count(): void;
}

/** The server, as messages name it. */
export function serverOf({ access }: Line): string {
  return access.server.origin;
}

/** The whole path of a request, with what the server's own URL puts in front. */
export function pathOf({ access }: Line, path: string, query: URLSearchParams | undefined): string {
  const prefix = access.server.pathname.replace(/\/+$/, '');
  const search = query === undefined || query.size === 0 ? '' : `?${query.toString()}`;
  return `${prefix}${path}${search}`;
}

/** The headers that every request carries. */
export function headersOf({ userAgent }: Line, { token }: Credential): Record<string, string> {
  return { 'user-agent': userAgent, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
}
