import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { armOperations } from '../arm/operations.ts';
import { createSignInLimits } from '../auth/sign-in-limits.ts';
import { createSigningKeyRing } from '../auth/signing-keys.ts';
import { tokenOperations } from '../auth/token-operations.ts';
import { createAuthenticator } from '../auth/verify-bearer.ts';
import type { Config } from '../config/config.ts';
import { authorise } from '../control-plane/access.ts';
import type { Actor, ControlPlane } from '../control-plane/dependencies.ts';
import { createDenialLog } from '../control-plane/denials.ts';
import { dropAllLeases } from '../control-plane/expire.ts';
import { createCommandFeed } from '../control-plane/feed/command-feed.ts';
import type { ExecutorKind } from '../core/cluster.ts';
import type { LongarmError } from '../core/error-code.ts';
import { ownIssuerName } from '../core/principal.ts';
import type { Action } from '../core/role.ts';
import type { Scope } from '../core/scope.ts';
import type { Isolation } from '../executors/process/isolation.ts';
import { probeIsolation } from '../executors/process/probe-isolation.ts';
import { createProcessExecutor } from '../executors/process/process-executor.ts';
import { createScriptedExecutor } from '../executors/scripted/scripted-executor.ts';
import type { Executor } from '../ports/executor.ts';
import { createServer, type LongarmServer } from '../server/create-server.ts';
import { createMetrics } from '../server/metrics.ts';
import { defaultTimeouts } from '../server/timeouts.ts';
import { claimDataDirectory } from '../store/data-directory.ts';
import { openOutputFiles } from '../store/files/open-output-files.ts';
import { wwwAuthenticate } from '../wire/bearer-challenge.ts';
import { startWorker, type Worker } from '../worker/worker.ts';
import { serverCertificates } from './certificates.ts';
import { createContextReader } from './context-reader.ts';
import { dataPaths, openIdentity, openStore, type ServerIdentity } from './data-directory.ts';
import { declareClusters } from './declare-clusters.ts';
import { freePort } from './free-port.ts';
import { followMachineClock } from './follow-machine-clock.ts';
import { startHousekeeping } from './housekeeping.ts';
import { createInProcessBell } from './in-process-bell.ts';
import { laneOwner } from './lane-owner.ts';
import { randomIds as ids } from './random-ids.ts';
import { createServerClock } from './server-clock.ts';
import { systemClock } from './system-clock.ts';
import { trustedIssuers } from './trusted-issuers.ts';
import { version } from './version.ts';

const sweepMs = 60_000;

/** A Longarm that is up. */
export interface RunningLongarm {
  readonly publicUrl: string;
  readonly identity: ServerIdentity;
  readonly caFile: string | undefined;
  readonly plane: ControlPlane;
  readonly isolation: Isolation;
  /** Takes no more requests; what runs goes on. May be called twice. */
  stopServing(): Promise<void>;
  /** Stops it. What runs goes on and is adopted by the next start. May be called twice. */
  stop(): Promise<void>;
}

/** Closes in reverse what was opened, each once, also when the start broke off half-way. */
class Closers {
  readonly #closers: (() => Promise<void>)[] = [];
  #closing: Promise<void> | undefined;

  add(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  closeAll(): Promise<void> {
    this.#closing ??= (async () => {
      const failures: unknown[] = [];
      for (const close of this.#closers.toReversed()) {
        // What fails to close must not keep the rest open, the data directory above all.
        await close().catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw new AggregateError(failures, 'The server did not close cleanly.');
    })();
    return this.#closing;
  }
}

/**
 * Starts a server with its worker on the data directory.
 * @throws with a message for its operator when it cannot: directory in use, wrong key, port taken, configuration that
 * the machine cannot fulfil. Nothing stays open then.
 * @param probing what `probeIsolation` finds: it tries processes out, meanwhile the store is opened.
 */
export async function startLongarm(
  config: Config,
  log: Logger,
  probing: Promise<Isolation> = probeIsolation(),
): Promise<RunningLongarm> {
  const closers = new Closers();
  // What is tried out leaves nothing behind, also where the start breaks off meanwhile. Why it failed is told below.
  const probed = probing.then(
    () => undefined,
    () => undefined,
  );
  closers.add(() => probed);
  try {
    return await openAll(config, log, closers, probing);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function openAll(
  config: Config,
  log: Logger,
  closers: Closers,
  probing: Promise<Isolation>,
): Promise<RunningLongarm> {
  const paths = dataPaths(config.dataDir);
  const claim = await claimDataDirectory(config.dataDir);
  closers.add(() => claim.release());
  const identity = await openIdentity(config.dataDir, ids, config);
  const store = await openStore(config.dataDir);
  closers.add(() => store.close());
  const outputs = await openOutputFiles(paths.outputs);
  closers.add(() => outputs.close());
  const clock = createServerClock(systemClock);
  const bell = createInProcessBell(clock);
  const contexts = createContextReader(config.contextLimitBytes);
  const plane: ControlPlane = {
    store,
    outputs,
    bell,
    clock,
    ids,
    contexts,
    denials: createDenialLog(store, clock),
    limits: config.limits,
    leaseMs: config.leaseMs,
  };

  const isolation = await probing;
  const executors = await createExecutors(config, plane, identity, isolation);
  // This process has the data directory to itself: every lease in it is a dead process's.
  const dropped = await dropAllLeases(plane);
  if (dropped.length > 0) log.info({ commands: dropped.length }, 'found commands that a former server had left');

  const port = config.port === 0 ? await freePort(config.host) : config.port;
  const publicUrl = config.publicUrl ?? `https://${reachableHost(config.host)}:${port}`;
  const certificates = await serverCertificates(config, publicUrl, systemClock, log);
  const worker = { current: undefined as Worker | undefined };
  const servers = await createServers(config, plane, identity, publicUrl, certificates, log, () => {
    return worker.current?.active.size ?? 0;
  });
  // Before the worker: an address that is taken must end the start before anything is claimed.
  await servers.secure.listen({ host: config.host, port });
  closers.add(() => plane.denials.flush('all'));
  const stopServing = async () => {
    await Promise.all([servers.secure.close(), servers.plain?.close()]);
  };
  closers.add(stopServing);
  await servers.plain?.listen(config.plainHttp);
  worker.current = startWorker(
    { feed: createCommandFeed(plane), executors, clock, log },
    { id: ids.workerId(), concurrency: config.workerConcurrency, sweepMs },
  );
  const running = worker.current;
  closers.add(() => running.stop());
  const housekeeping = startHousekeeping(plane, log, config.auditRetentionMs, {
    eachSecond: followMachineClock(
      clock,
      log,
      () => running.active.size === 0,
      () => anyUnfinished(plane),
    ),
    eachDay: async () => {
      servers.secure.useCertificate(await serverCertificates(config, publicUrl, systemClock, log));
    },
  });
  closers.add(() => housekeeping.stop());
  const { caFile } = certificates;
  return { publicUrl, identity, caFile, plane, isolation, stopServing, stop: () => closers.closeAll() };
}

async function anyUnfinished({ store }: ControlPlane): Promise<boolean> {
  const counts = await store.read(({ commands }) => commands.countByPhase());
  return (['accepted', 'claimed', 'launching', 'running'] as const).some((phase) => (counts[phase] ?? 0) > 0);
}

async function createExecutors(
  config: Config,
  plane: ControlPlane,
  identity: ServerIdentity,
  isolation: Isolation,
): Promise<ReadonlyMap<ExecutorKind, Executor>> {
  const paths = dataPaths(config.dataDir);
  const owner = await laneOwner(config.processUser);
  const lanes = await declareClusters(config, plane, identity.subscriptionId, owner);
  const process = await createProcessExecutor({
    runsDirectory: paths.processRuns,
    dataDirectory: config.dataDir,
    clock: plane.clock,
    laneOf: (uid) => lanes.get(uid),
    isolation,
  });
  const scripted = await createScriptedExecutor({ directory: paths.scriptedRuns, clock: plane.clock });
  return new Map<ExecutorKind, Executor>([
    ['process', process],
    ['scripted', scripted],
  ]);
}

async function createServers(
  config: Config,
  plane: ControlPlane,
  identity: ServerIdentity,
  publicUrl: string,
  tls: { readonly certPem: string; readonly keyPem: string },
  log: Logger,
  activeCommands: () => number,
): Promise<{ readonly secure: LongarmServer; readonly plain: LongarmServer | undefined }> {
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
    activeCommands,
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

/** How clients on other machines say what is bound to all addresses. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return host.includes(':') ? `[${host}]` : host;
}
