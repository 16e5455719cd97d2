import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { armOperations } from '../../src/arm/operations.ts';
import { LongarmError } from '../../src/core/error-code.ts';
import { authorise } from '../../src/control-plane/access.ts';
import type { Actor } from '../../src/control-plane/dependencies.ts';
import type { Principal } from '../../src/core/principal.ts';
import type { Action } from '../../src/core/role.ts';
import type { Scope } from '../../src/core/scope.ts';
import { createServer, type LongarmServer } from '../../src/server/create-server.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import type { ServerTimeouts } from '../../src/server/timeouts.ts';
import type { ArmServer } from '../arm/arm-server.ts';

/** Another server on the control plane of a started one, with time-outs short enough to wait for. */
export interface QuickServer {
  readonly port: number;
  /** What it has logged, one object each. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  stop(): Promise<void>;
}

/** Short enough to wait for, long enough for a busy machine to answer a request within. */
export const shortTimeouts: ServerTimeouts = {
  handshakeMs: 500,
  headersMs: 500,
  requestMs: 1000,
  keepAliveMs: 500,
  stalledMs: 1000,
  lingerMs: 500,
  checkMs: 50,
};

/** The token that makes its bearer the given principal. */
export const quickToken = 'quick';

/** Starts it over plain HTTP, or over TLS with the started server's certificate. */
export async function startQuickServer(
  server: ArmServer,
  { tls = false, timeouts = shortTimeouts }: { readonly tls?: boolean; readonly timeouts?: ServerTimeouts } = {},
): Promise<QuickServer> {
  const { plane, identity } = server.longarm;
  const principal = await administratorOf(server);
  const logged: Record<string, unknown>[] = [];
  const write = (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>);
  const operations = armOperations({
    plane,
    style: { stateCase: 'capitalised', extensions: true },
    maxHoldSeconds: 30,
    tenantId: identity.tenantId,
    subscriptionId: identity.subscriptionId,
    ownIssuer: principal.issuer,
  });
  const parts = {
    operations,
    authenticate: async (authorization: string | undefined) => {
      if (authorization === `Bearer ${quickToken}`) return principal;
      throw new LongarmError('AuthenticationFailed', 'Authentication failed.');
    },
    authorise: (actor: Actor, action: Action, scope: Scope) => authorise(plane, actor, action, scope),
    challenge: () => 'Bearer',
    checkReady: async () => undefined,
    metrics: createMetrics({ commandsByPhase: async () => ({}), activeCommands: () => 0, clusterRequests: () => 0 }),
    ids: plane.ids,
    clock: plane.clock,
    log: pino({ level: 'info' }, { write }),
  };
  // Key and certificate are in one file.
  const pem = tls ? await readFile(join(server.dataDir, 'tls', 'server.pem'), 'utf8') : '';
  const certificates = tls ? { tls: { certPem: pem, keyPem: pem } } : {};
  const made: LongarmServer = createServer(parts, {
    publicUrl: 'https://longarm.example',
    region: 'local',
    version: 'test',
    bodyLimitBytes: 1024 * 1024,
    timeouts,
    ...certificates,
  });
  const port = await made.listen({ host: '127.0.0.1', port: 0 });
  return { port, logged, stop: () => made.close() };
}

async function administratorOf(server: ArmServer): Promise<Principal> {
  const assignments = await server.longarm.plane.store.read(({ directory }) => directory.assignments());
  const first = assignments.find(({ scope }) => scope === '/');
  if (first === undefined) throw new Error('The started server has no administrator.');
  return { issuer: first.issuer, id: first.principalId, displayName: 'administrator' };
}
