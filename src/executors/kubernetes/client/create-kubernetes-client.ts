import type { Clock } from '../../../ports/clock.ts';
import { type AddressGuard, checkLiteral } from './address-guard.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { createConnectionPool } from './connection-pool.ts';
import { createCredentials } from './credentials.ts';
import { execInPod } from './exec-in-pod.ts';
import type { KubernetesClient } from './kubernetes-client.ts';
import type { Line } from './line.ts';
import { listObjects } from './list-objects.ts';
import { requestJson } from './request-json.ts';
import { watchList } from './watch-list.ts';

/** What a client is made of. */
export interface KubernetesClientOptions {
  readonly access: ClusterAccess;
  /** The machine's: what credentials say of their end is compared with it. */
  readonly clock: Clock;
  /** `longarm/<version>`. */
  readonly userAgent: string;
  /** For clusters that somebody registered by the API: the addresses that the server may not be sent to. */
  readonly guard?: AddressGuard | undefined;
}

/** Makes the client of one cluster. Nothing is opened or read before something is asked. */
export function createKubernetesClient(options: KubernetesClientOptions): KubernetesClient {
  const { clock, userAgent, guard } = options;
  let requests = 0;
  const lead = (access: ClusterAccess) => ({
    access,
    pool: createConnectionPool(access, guard),
    credentials: createCredentials(access, clock),
  });
  let way = lead(options.access);
  // Read at each request: a watch that goes on for days takes what is there when it begins anew.
  const line: Line = {
    get access() {
      return way.access;
    },
    get pool() {
      return way.pool;
    },
    get credentials() {
      return way.credentials;
    },
    clock,
    userAgent,
    checkAddress: () => {
      if (guard !== undefined) checkLiteral(guard, way.access.server.hostname);
    },
    count: () => {
      requests += 1;
    },
  };
  return {
    request: (request, signal) => requestJson(line, request, signal),
    list: async (list, signal) => (await listObjects(line, list, signal)).objects,
    watch: (list, sink, signal) => watchList(line, list, sink, signal),
    exec: (exec, signal) => execInPod(line, exec, signal),
    get requests() {
      return requests;
    },
    use: (access) => {
      const { pool } = way;
      way = lead(access);
      pool.close();
    },
    close: () => way.pool.close(),
  };
}
