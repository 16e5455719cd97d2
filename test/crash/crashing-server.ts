import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ArmClient, createArmClient } from '../../src/client/arm-client.ts';
import { machineClock } from '../../src/client/client-clock.ts';
import { objectOf, textOf } from '../../src/client/json-fields.ts';
import { parseClusterName, parseResourceGroupName, parseSubscriptionId } from '../../src/core/resource-id.ts';
import type { ClusterAddress } from '../../src/core/resource-id.ts';
import { freePort } from '../../src/main/free-port.ts';
import { type CrashControl, crashVariable } from './crash-control.ts';

const here = dirname(fileURLToPath(import.meta.url));
const crashPoints = join(here, 'programs/crash-points.ts');
/** How long a client goes on trying: through any crash and restart on a machine that has much to do. */
const patienceMs = 120_000;
/** A client that asks again sooner than one would, for a test has no other use for the time. */
const eager = {
  ...machineClock,
  sleep: (durationMs: number, signal?: AbortSignal) => machineClock.sleep(Math.min(durationMs, 50), signal),
};
const longarm = join(dirname(dirname(here)), 'bin/longarm.mjs');

/** How a server is started that is to die. */
export interface CrashingOptions {
  /** What `node --import` gives it besides; `programs/crash-points.ts` where this is left out. */
  readonly preload?: string;
  /** Lines for its configuration file. */
  readonly configuration?: string;
}

/** A real `longarm serve` on a data directory and port that it keeps from one life to the next. */
export interface CrashingServer {
  readonly cluster: ClusterAddress;
  /** For `longarm --connection`. */
  readonly connectionFile: string;
  /** A folder for what commands write to be counted; whoever they run as may write there. */
  readonly folder: string;
  readonly dataDirectory: string;
  /** Where the process lane keeps what runs. */
  readonly runsDirectory: string;
  /** A client that is closed with the server. */
  client(): ArmClient;
  /** kill -9, and waits until the process is gone. */
  kill(): Promise<void>;
  /** Starts it again; answers once it is up, or has died at a crash point on its way. */
  start(): Promise<void>;
  /** Whether a process of it lives. */
  readonly isAlive: boolean;
  /** The process of this life. */
  readonly pid: number;
  /** Resolves when the process of this life is gone, with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Lets the server die at this crash point, or at none. */
  arm(point: string | undefined): void;
  /** Notes the crash points that are passed while `work` goes on. @returns each once, in the order of first passing. */
  trace(work: () => Promise<void>): Promise<readonly string[]>;
  /** What is left of commands that were run: their directories. */
  leftovers(): readonly string[];
  /** Ends the server and removes everything. */
  dispose(): Promise<void>;
}

/** Starts `longarm serve` with one cluster of the process lane, registers a client, and waits until it is up. */
export async function startCrashingServer(options: CrashingOptions = {}): Promise<CrashingServer> {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  chmodSync(folder, 0o711);
  const open = join(folder, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  const dataDirectory = join(folder, 'state');
  const runsDirectory = join(dataDirectory, 'runs', 'process');
  const port = await freePort('127.0.0.1');
  const configuration = join(folder, 'longarm.yaml');
  const isRoot = process.getuid?.() === 0;
  writeFileSync(
    configuration,
    [
      `dataDir: ${dataDirectory}`,
      `port: ${port}`,
      ...(isRoot ? ['processUser: nobody'] : []),
      'clusters: [{ resourceGroup: rg, name: local, executor: process }]',
      options.configuration ?? '',
    ].join('\n'),
  );
  const control: CrashControl = {
    root: dataDirectory,
    armFile: join(folder, 'crash-at'),
    traceFile: join(folder, 'crash-trace'),
  };
  const args = ['serve', '--config', configuration];
  let child: ChildProcess;
  let ended: Promise<NodeJS.Signals | null>;

  const start = async () => {
    const started = spawn(process.execPath, ['--import', options.preload ?? crashPoints, longarm, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, [crashVariable]: JSON.stringify(control) },
    });
    child = started;
    ended = new Promise((resolve) => started.once('exit', (_code, signal) => resolve(signal)));
    let said = '';
    started.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
    for await (const chunk of started.stdout.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      if (said.includes('"msg":"serving"')) {
        started.stdout.resume();
        return;
      }
    }
    if ((await ended) !== 'SIGKILL') throw new Error(`The server did not come up: ${said}`);
  };
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals) => {
    if (isAlive()) child.kill(signal);
    await ended;
  };

  // All folders of output are there, as they are after some hundreds of commands: which of them a new one needs is chance.
  for (let shard = 0; shard < 256; shard += 1) {
    const path = join(dataDirectory, 'outputs', shard.toString(16).padStart(2, '0'));
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
  const registered = execFileSync(
    process.execPath,
    [
      longarm,
      'client',
      'create',
      'tester',
      '--role',
      'administrator',
      '--scope',
      '/',
      '-o',
      'json',
      '--config',
      configuration,
    ],
    { encoding: 'utf8' },
  );
  await start();
  const identity = objectOf(JSON.parse(readFileSync(join(dataDirectory, 'identity.json'), 'utf8')));
  const registration = objectOf(JSON.parse(registered));
  const connection = {
    endpoint: `https://127.0.0.1:${port}`,
    caFile: join(dataDirectory, 'tls/ca.pem'),
    tenantId: textOf(identity, 'tenantId') ?? '',
    subscriptionId: textOf(identity, 'subscriptionId') ?? '',
    resourceGroup: 'rg',
    cluster: 'local',
    clientId: textOf(registration, 'clientId') ?? '',
    clientSecret: textOf(registration, 'clientSecret') ?? '',
  };
  const connectionFile = join(folder, 'connection.json');
  writeFileSync(connectionFile, JSON.stringify(connection), { mode: 0o600 });
  const subscriptionId = parseSubscriptionId(connection.subscriptionId);
  const resourceGroup = parseResourceGroupName(connection.resourceGroup);
  const name = parseClusterName(connection.cluster);
  assert.ok(subscriptionId && resourceGroup && name);
  const { endpoint, caFile, tenantId, clientId, clientSecret } = connection;
  const clients: ArmClient[] = [];
  return {
    cluster: { subscriptionId, resourceGroup, name },
    connectionFile,
    folder: open,
    dataDirectory,
    runsDirectory,
    client: () => {
      const credential = { type: 'client', tenantId, clientId, clientSecret } as const;
      const client = createArmClient({
        endpoint,
        ca: readFileSync(caFile, 'utf8'),
        credential,
        requestPatienceMs: patienceMs,
        clock: eager,
      });
      clients.push(client);
      return client;
    },
    kill: () => end('SIGKILL'),
    start,
    get isAlive() {
      return isAlive();
    },
    get pid() {
      return child.pid ?? 0;
    },
    get ended() {
      return ended;
    },
    arm: (point) => {
      if (point === undefined) rmSync(control.armFile, { force: true });
      else writeFileSync(control.armFile, point);
    },
    trace: async (work) => {
      writeFileSync(control.traceFile, '');
      await work();
      const points = new Set(readFileSync(control.traceFile, 'utf8').split('\n').slice(0, -1));
      rmSync(control.traceFile);
      return [...points];
    },
    leftovers: () => readdirSync(runsDirectory),
    dispose: async () => {
      for (const client of clients) client.close();
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
