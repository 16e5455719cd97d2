import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ArmClient, createArmClient } from '../../src/client/arm-client.ts';
import { machineClock } from '../../src/client/client-clock.ts';
import { objectOf, textOf } from '../../src/client/json-fields.ts';
import type { CommandRef } from '../../src/client/session.ts';
import type { ClusterAddress } from '../../src/core/resource-id.ts';
import { parseClusterName, parseResourceGroupName, parseSubscriptionId } from '../../src/core/resource-id.ts';
import type { KubernetesClient } from '../../src/executors/kubernetes/client/kubernetes-client.ts';
import { freePort } from '../../src/main/free-port.ts';
import type { ManagedClusterBody } from '../../src/wire/managed-cluster-schema.ts';
import type { RunCommandRequest } from '../../src/wire/run-command-request.ts';
import { clusterUnderTest } from './cluster-under-test.ts';
import { countMarks, type MarkCounter } from './executor/count-marks.ts';
import { modest } from './executor/kubernetes-bench.ts';
import { clusterClient, makeNamespace, removeNamespace } from './executor/test-namespace.ts';
import { leftoversIn, untilNothingIsLeft } from './leftovers.ts';

const longarm = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin/longarm.mjs');
/** How long a client goes on trying: through any fault and restart on a machine that has much to do. */
const patienceMs = 120_000;
/** A client that asks again sooner than one would, for a test has no other use for the time. */
const eager = {
  ...machineClock,
  sleep: (durationMs: number, signal?: AbortSignal) => machineClock.sleep(Math.min(durationMs, 50), signal),
};

/** What is said of a cluster beyond the vendor's fields. */
type ClusterExtension = NonNullable<NonNullable<ManagedClusterBody['properties']>['longarm']>;

/** How a server that runs commands in pods is started. */
export interface PodServerOptions {
  /** Settings, as on the command line of `longarm serve`. */
  readonly flags?: readonly string[];
  /** What `node --import` gives it besides. */
  readonly preload?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it keeps its state, for a test that has to know before; whoever names it removes it. */
  readonly dataDirectory?: string;
  /** Where it is told that the API server `kubernetes` is, in place of where it is: a proxy's URL, not on loopback. */
  readonly apiServer?: string;
  /** What is said of the cluster besides; a `podTemplate` takes the place of `modest`. */
  readonly extension?: ClusterExtension;
}

/** A real `longarm serve` with the cluster under test registered, on a data directory and port that it keeps over restarts. */
export interface PodServer {
  readonly cluster: ClusterAddress;
  /** The namespace of its pods, which nobody else uses. */
  readonly namespace: string;
  /** An administrator of the cluster under test. */
  readonly kube: KubernetesClient;
  readonly marks: MarkCounter;
  readonly dataDirectory: string;
  /** A client that is closed with the server. */
  client(): ArmClient;
  /** Submits a command, or a whole request; in another cluster that was registered with this server. */
  submit(request: string | RunCommandRequest, cluster?: ClusterAddress): Promise<CommandRef>;
  /** Registers the cluster under test once more, in the same namespace, with something else said of it. */
  register(name: string, extension: ClusterExtension): Promise<ClusterAddress>;
  /** The process of this life. */
  readonly pid: number;
  readonly isAlive: boolean;
  /** Resolves when the process of this life is gone, with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Ends it, and waits until the process is gone. What runs goes on. */
  stop(by?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again; answers once it is up, or has been killed on its way. */
  start(): Promise<void>;
  /** What it has said in all its lives. */
  said(): string;
  /** All that Longarm has made in the namespace and that belongs to a command: `pods/…`, `secrets/…`, `configmaps/…`. */
  leftovers(): Promise<readonly string[]>;
  /**
   * Waits until nothing is left over, and asserts that every command has ended. What its commands did is counted by then,
   * a late second run included: count marks after this.
   * @throws {Error} after 60 s
   */
  nothingLeft(): Promise<void>;
  /** Ends the server, and removes its namespace and everything else. */
  dispose(): Promise<void>;
}

/** Starts a server, registers a client and the cluster in a new namespace, and waits until it is up. */
export async function startPodServer(options: PodServerOptions = {}): Promise<PodServer> {
  const folder = mkdtempSync(join(tmpdir(), 'pods-'));
  const dataDirectory = options.dataDirectory ?? join(folder, 'state');
  const port = await freePort('127.0.0.1');
  const namespace = `longarm-test-${randomBytes(4).toString('hex')}`;
  const kube = await clusterClient();
  const marks = await countMarks();
  await makeNamespace(kube, namespace);
  const flags = ['--data-dir', dataDirectory];
  const words = ['tester', '--role', 'administrator', '--scope', '/', '-o', 'json'];
  const created = execFileSync(process.execPath, [longarm, 'client', 'create', ...words, ...flags], {
    encoding: 'utf8',
  });
  const registration = objectOf(JSON.parse(created));

  let child: ChildProcess;
  let ended: Promise<NodeJS.Signals | null>;
  let said = '';
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const start = async () => {
    const preload = options.preload === undefined ? [] : ['--import', options.preload];
    const args = [...preload, longarm, 'serve', ...flags, '--port', String(port), ...(options.flags ?? [])];
    const started = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.environment },
    });
    child = started;
    ended = new Promise((resolve) => started.once('exit', (_code, signal) => resolve(signal)));
    const before = said.length;
    const up = Promise.withResolvers<void>();
    const hear = (chunk: Buffer): void => {
      said += String(chunk);
      if (said.includes('"msg":"serving"', before)) up.resolve();
    };
    started.stdout.on('data', hear);
    started.stderr.on('data', hear);
    const signal = await Promise.race([up.promise, ended]);
    if (signal !== undefined && signal !== 'SIGKILL') throw new Error(`The server did not come up: ${said}`);
  };
  const stop = async (by: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
    if (isAlive()) child.kill(by);
    await ended;
  };
  await start();

  const identity = objectOf(JSON.parse(readFileSync(join(dataDirectory, 'identity.json'), 'utf8')));
  const subscriptionId = parseSubscriptionId(textOf(identity, 'subscriptionId') ?? '');
  const resourceGroup = parseResourceGroupName('rg');
  assert.ok(subscriptionId && resourceGroup);
  const address = { subscriptionId, resourceGroup };
  const clients: ArmClient[] = [];
  const client = (): ArmClient => {
    const made = createArmClient({
      endpoint: `https://127.0.0.1:${port}`,
      ca: readFileSync(join(dataDirectory, 'tls/ca.pem'), 'utf8'),
      credential: {
        type: 'client',
        tenantId: textOf(identity, 'tenantId') ?? '',
        clientId: textOf(registration, 'clientId') ?? '',
        clientSecret: textOf(registration, 'clientSecret') ?? '',
      },
      requestPatienceMs: patienceMs,
      clock: eager,
    });
    clients.push(made);
    return made;
  };
  const own = client();
  const clusters: ClusterAddress[] = [];
  const register: PodServer['register'] = async (name, extension) => {
    const parsed = parseClusterName(name);
    assert.ok(parsed);
    const cluster = { ...address, name: parsed };
    const longarm = { ...extensionOf(namespace, options), ...extension };
    await own.clusters.put(cluster, { properties: { longarm } });
    clusters.push(cluster);
    return cluster;
  };
  const cluster = await register('pods', {});

  return {
    cluster,
    namespace,
    kube,
    marks,
    dataDirectory,
    client,
    submit: (request, to = cluster) => {
      const whole = typeof request === 'string' ? { command: request } : request;
      return own.submit(to, whole, { keepsIdempotencyKeys: true });
    },
    register,
    get pid() {
      return child.pid ?? 0;
    },
    get isAlive() {
      return isAlive();
    },
    get ended() {
      return ended;
    },
    stop,
    start,
    said: () => said,
    leftovers: () => leftoversIn(kube, namespace),
    nothingLeft: async () => {
      for (const each of clusters) {
        for await (const { id } of own.list(each, { phase: 'accepted,claimed,launching,running' })) {
          assert.fail(`command ${id} has not ended`);
        }
      }
      await untilNothingIsLeft(kube, namespace);
      await marks.settled();
    },
    dispose: async () => {
      for (const each of clients) each.close();
      await stop();
      await marks.close();
      await removeNamespace(kube, namespace);
      kube.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What is told of the cluster: how to reach it, and pods that ask for next to nothing. */
function extensionOf(namespace: string, { apiServer, extension }: PodServerOptions): ClusterExtension {
  const { kubeconfig, image } = clusterUnderTest();
  const text = readFileSync(kubeconfig, 'utf8');
  return {
    executor: 'kubernetes',
    namespace,
    image,
    serviceAccount: 'default',
    podTemplate: modest,
    kubeconfig:
      apiServer === undefined
        ? text
        : text.replace(/"server": "[^"]+"/, `"server": "${apiServer}", "tls-server-name": "kubernetes"`),
    ...extension,
  };
}
