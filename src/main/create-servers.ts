import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { armOperations } from '../arm/operations.ts';
import { createSignInLimits } from '../auth/sign-in-limits.ts';
import { createSigningKeyRing } from '../auth/signing-keys.ts';
import { tokenOperations } from '../auth/token-operations.ts';
import { createAuthenticator } from '../auth/verify-bearer.ts';
import type { Config } from '../config/config.ts';
import { authorise } from '../control-plane/access.ts';
import type { Actor, ControlPlane } from '../control-plane/dependencies.ts';
import type { LongarmError } from '../core/error-code.ts';
import { ownIssuerName } from '../core/principal.ts';
import type { Action } from '../core/role.ts';
import type { Scope } from '../core/scope.ts';
import { createServer, type LongarmServer } from '../server/create-server.ts';
import { createMetrics, type MetricSources } from '../server/metrics.ts';
import { defaultTimeouts } from '../server/timeouts.ts';
import { wwwAuthenticate } from '../wire/bearer-challenge.ts';
import type { ServerIdentity } from './data-directory.ts';
import { randomIds as ids } from './random-ids.ts';
import { systemClock } from './system-clock.ts';
import { trustedIssuers } from './trusted-issuers.ts';
import { version } from './version.ts';

/** The listeners of one Longarm. Neither listens yet. */
export interface Servers {
  readonly secure: LongarmServer;
  /** For use behind a TLS proxy, where the configuration asks for it. */
  readonly plain: LongarmServer | undefined;
}

/**
 * Binds the operations of ARM and of sign-in to the listeners that the configuration asks for.
 * @throws when the file with the token for metrics cannot be read
 */
export async function createServers(
  config: Config,
  plane: ControlPlane,
  identity: ServerIdentity,
  publicUrl: string,
  tls: { readonly certPem: string; readonly keyPem: string },
  log: Logger,
  counts: Pick<MetricSources, 'activeCommands' | 'clusterRequests'>,
): Promise<Servers> {
  const { tenantId, subscriptionId } = identity;
  const signingKeys = createSigningKeyRing({ store: plane.store, clock: systemClock });
  const issuers = trustedIssuers(config, { publicUrl, identity, signingKeys }, systemClock, log);
  const authenticator = createAuthenticator({ issuers, clock: systemClock });
  const operations = [
    ...armOperations({
      plane,
      style: {
        stateCase: config.provisioningStateCase === 'lower' ? 'lower' : 'capitalised',
        extensions: config.extensions,
      },
      maxHoldSeconds: config.maxHoldSeconds,
      tenantId,
      subscriptionId,
      ownIssuer: ownIssuerName(identity),
    }),
    ...tokenOperations({
      store: plane.store,
      signingKeys,
      limits: createSignInLimits(systemClock),
      clock: systemClock,
      ids,
      tenantId,
    }),
  ];
  const metrics = createMetrics({
    commandsByPhase: () => plane.store.read(({ commands }) => commands.countByPhase()),
    ...counts,
  });
  const parts = {
    operations,
    authenticate: (authorization: string | undefined) => authenticator.authenticate(authorization),
    authorise: (actor: Actor, action: Action, scope: Scope) => authorise(plane, actor, action, scope),
    challenge: (error: LongarmError) => wwwAuthenticate({ tenantId, loginUrl: publicUrl, error }),
    checkReady: async () => {
      await plane.store.read(({ directory }) => directory.clients());
    },
    metrics,
    ids,
    clock: systemClock,
    log,
  };
  const metricsToken =
    config.metricsTokenFile === undefined ? undefined : (await readFile(config.metricsTokenFile, 'utf8')).trim();
  const options = {
    publicUrl,
    region: config.location,
    version,
    bodyLimitBytes: config.bodyLimitBytes,
    timeouts: defaultTimeouts,
    ...(metricsToken === undefined ? {} : { metricsToken }),
  };
  return {
    secure: createServer(parts, { ...options, tls }),
    plain: config.plainHttp.enabled ? createServer(parts, options) : undefined,
  };
}
