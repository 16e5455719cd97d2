import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { ControlPlane } from '../control-plane/dependencies.ts';
import { createDenialLog } from '../control-plane/denials.ts';
import { dropAllLeases } from '../control-plane/expire.ts';
import { createCommandFeed } from '../control-plane/feed/command-feed.ts';
import type { ExecutorKind } from '../core/cluster.ts';
import type { Isolation } from '../executors/process/isolation.ts';
import { probeIsolation } from '../executors/process/probe-isolation.ts';
import { createProcessExecutor } from '../executors/process/process-executor.ts';
import { createScriptedExecutor } from '../executors/scripted/scripted-executor.ts';
import type { Executor } from '../ports/executor.ts';
import { executorsByKind } from '../ports/executors.ts';
import { claimDataDirectory } from '../store/data-directory.ts';
import { openOutputFiles } from '../store/files/open-output-files.ts';
import { startWorker, type Worker } from '../worker/worker.ts';
import { type ClusterExecutors, createClusterExecutors } from './cluster-executors.ts';
import { serverCertificates } from './certificates.ts';
import { checkKubeconfig } from './check-kubeconfig.ts';
import { Closers } from './closers.ts';
import { createContextReader } from './context-reader.ts';
import { createServers } from './create-servers.ts';
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

/** What a start may be given besides its configuration. */
export interface StartOptions {
  /** What `probeIsolation` finds: it tries processes out, meanwhile the store is opened. */
  readonly probing?: Promise<Isolation>;
  /** Awaited when the server has the data directory and its ports, before any executor is asked. Where it throws, nothing is started. */
  readonly beforeWork?: () => Promise<void>;
}

/**
 * Starts a server with its worker on the data directory.
 * @throws with a message for its operator when it cannot: directory in use, wrong key, port taken, configuration that
 * the machine cannot fulfil. Nothing stays open then.
 */
export async function startLongarm(
  config: Config,
  log: Logger,
  { probing = probeIsolation(), beforeWork = async () => {} }: StartOptions = {},
): Promise<RunningLongarm> {
  const closers = new Closers();
  // What is tried out leaves nothing behind, also where the start breaks off meanwhile. Why it failed is told below.
  const probed = probing.then(
    () => undefined,
    () => undefined,
  );
  closers.add(() => probed);
  try {
    return await openAll(config, log, closers, probing, beforeWork);
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
  beforeWork: () => Promise<void>,
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
    checkKubeconfig,
    denials: createDenialLog(store, clock),
    limits: config.limits,
    leaseMs: config.leaseMs,
  };

  const isolation = await probing;
  const executors = await createExecutors(config, plane, identity, isolation);
  closers.add(() => executors.close());
  // This process has the data directory to itself: every lease in it is a dead process's.
  const dropped = await dropAllLeases(plane);
  if (dropped.length > 0) log.info({ commands: dropped.length }, 'found commands that a former server had left');

  const port = config.port === 0 ? await freePort(config.host) : config.port;
  const publicUrl = config.publicUrl ?? `https://${reachableHost(config.host)}:${port}`;
  const certificates = await serverCertificates(config, publicUrl, systemClock, log);
  const worker = { current: undefined as Worker | undefined };
  const servers = await createServers(config, plane, identity, publicUrl, certificates, log, {
    activeCommands: () => worker.current?.active.size ?? 0,
    clusterRequests: () => executors.requests(),
  });
  // Before the worker: an address that is taken must end the start before anything is claimed.
  await servers.secure.listen({ host: config.host, port });
  closers.add(() => plane.denials.flush('all'));
  const stopServing = async () => {
    await Promise.all([servers.secure.close(), servers.plain?.close()]);
  };
  closers.add(stopServing);
  await servers.plain?.listen(config.plainHttp);
  await beforeWork();
  worker.current = startWorker(
    { feed: createCommandFeed(plane), executors, clock, random: Math.random, log },
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
): Promise<ClusterExecutors> {
  const paths = dataPaths(config.dataDir);
  const owner = await laneOwner(config.processUser);
  const { lanes, reaches } = await declareClusters(config, plane, identity.subscriptionId, owner);
  const processes = await createProcessExecutor({
    runsDirectory: paths.processRuns,
    dataDirectory: config.dataDir,
    clock: plane.clock,
    laneOf: (uid) => lanes.get(uid),
    isolation,
  });
  const scripted = await createScriptedExecutor({ directory: paths.scriptedRuns, clock: plane.clock });
  const byKind = executorsByKind(
    new Map<ExecutorKind, Executor>([
      ['process', processes],
      ['scripted', scripted],
    ]),
  );
  return createClusterExecutors({
    store: plane.store,
    clock: plane.clock,
    machineClock: systemClock,
    environment: process.env,
    userAgent: `longarm/${version}`,
    toolboxImage: config.toolboxImage,
    declared: reaches,
    byKind,
  });
}

/** How clients on other machines say what is bound to all addresses. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return host.includes(':') ? `[${host}]` : host;
}
