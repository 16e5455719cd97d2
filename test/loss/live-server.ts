import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ArmClient, type ArmClientOptions, createArmClient } from '../../src/client/arm-client.ts';
import { objectOf, textOf } from '../../src/client/json-fields.ts';
import type { CommandRef } from '../../src/client/session.ts';
import {
  type ClusterAddress,
  parseClusterName,
  parseResourceGroupName,
  parseSubscriptionId,
} from '../../src/core/resource-id.ts';
import type { CommandResult } from '../../src/wire/command-result-schema.ts';
import { type Disks, resizeDisk, withDisks } from './private-disks.ts';
import { peakBytesOf, socketsOf } from './processes.ts';

const longarm = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin/longarm.mjs');

/** How a server is started. */
export interface LiveOptions {
  /** Settings, as on the command line. */
  readonly flags?: readonly string[];
  /**
   * File systems of a size of their own, in bytes, by the folder of the data directory that they are mounted on, '' being
   * the data directory itself. Nobody but the server and its commands sees them mounted. Needs root on Linux.
   */
  readonly disks?: Disks;
}

/** A real `longarm quickstart`, in a process and a data directory of its own. */
export interface LiveServer {
  readonly cluster: ClusterAddress;
  readonly connectionFile: string;
  readonly endpoint: URL;
  /** The server's CA, PEM. */
  readonly ca: string;
  /** A folder for what commands write; commands see it. */
  readonly folder: string;
  /** Where the server sees its data directory, as this process can reach it. */
  readonly dataDir: string;
  /** A client of its own; at another endpoint where a proxy is to be in between. */
  client(more?: Partial<ArmClientOptions>): ArmClient;
  /** The most memory that the server ever had, in bytes. */
  peakBytes(): number;
  /** How many sockets the server has open. */
  sockets(): number;
  /** What the server has said on stderr, its log lines among it. */
  said(): string;
  /** Waits until it has said so on stderr. @throws {Error} when it ends, or after 60 s */
  says(words: RegExp): Promise<void>;
  /** Gives one of its disks another size, in bytes. */
  resize(disk: string, sizeBytes: number): void;
  /** The run directories that there are at the moment. */
  runs(): readonly string[];
  /** Waits until the command is in the phase and, if it is on its way there, has a reason; answers what is told then. */
  reports(phase: 'launching' | 'running', command: CommandRef): Promise<CommandResult['properties']>;
  /** Resolves once no run directory is there any more, and asserts that every command has ended. */
  nothingLeft(): Promise<void>;
  /** Stops the server and removes everything. @throws {Error} when it does not end by SIGTERM in time */
  stop(): Promise<void>;
}

const deadlineMs = 60_000;
/** How long it may take to stop: nothing runs any more then. */
const stopMs = 30_000;

/** Starts a server and waits until it says that it is up. */
export async function startLiveServer({ flags = [], disks }: LiveOptions = {}): Promise<LiveServer> {
  const folder = mkdtempSync(join(tmpdir(), 'loss-'));
  const state = join(folder, 'state');
  const marks = join(folder, 'marks');
  mkdirSync(state, { mode: 0o700 });
  mkdirSync(marks);
  const words = [process.execPath, longarm, 'quickstart', '--data-dir', state, '--port', '0', ...flags, '--', 'true'];
  const [program = '', ...args] = [...withDisks(state, disks), ...words];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const up = Promise.withResolvers<void>();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.includes('Longarm is up at')) up.resolve();
  });
  child.once('error', up.reject);
  child.once('exit', (code, signal) => up.reject(new Error(`The server ended with ${code ?? signal}: ${said}`)));
  const late = setTimeout(() => up.reject(new Error(`The server did not come up: ${said}`)), deadlineMs);
  try {
    await up.promise;
  } catch (error) {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    clearTimeout(late);
  }
  assert.ok(child.pid !== undefined);
  // What is mounted for the server alone is seen through its own root.
  const dataDir = join(`/proc/${child.pid}/root`, state);
  const seen = disks === undefined ? state : dataDir;
  return serverIn({ child, pid: child.pid, folder, state, marks, dataDir: seen, said: () => said });
}

interface Parts {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly pid: number;
  readonly state: string;
  readonly marks: string;
  readonly dataDir: string;
  readonly said: () => string;
}

function serverIn({ child, pid, folder, state, marks, dataDir, said }: Parts): LiveServer {
  const connectionFile = join(dataDir, 'connection.json');
  const fields = objectOf(JSON.parse(readFileSync(connectionFile, 'utf8')));
  const read = (name: string): string => textOf(fields, name) ?? '';
  const subscriptionId = parseSubscriptionId(read('subscriptionId'));
  const resourceGroup = parseResourceGroupName(read('resourceGroup'));
  const name = parseClusterName(read('cluster'));
  assert.ok(subscriptionId && resourceGroup && name);
  const cluster = { subscriptionId, resourceGroup, name };
  const ca = readFileSync(join(dataDir, read('caFile').split('/state/')[1] ?? ''), 'utf8');
  const secret = { tenantId: read('tenantId'), clientId: read('clientId'), clientSecret: read('clientSecret') };
  const clients: ArmClient[] = [];
  const client = (more: Partial<ArmClientOptions> = {}): ArmClient => {
    const made = createArmClient({
      endpoint: read('endpoint'),
      ca,
      credential: { type: 'client', ...secret },
      ...more,
    });
    clients.push(made);
    return made;
  };
  const runsDirectory = join(dataDir, 'runs', 'process');
  const runs = (): readonly string[] => readdirSync(runsDirectory);
  return {
    cluster,
    connectionFile,
    endpoint: new URL(read('endpoint')),
    ca,
    folder: marks,
    dataDir,
    client,
    peakBytes: () => peakBytesOf(pid),
    sockets: () => socketsOf(pid),
    said,
    says: (words) => heard(child, () => words.test(said())),
    resize: (disk, sizeBytes) => resizeDisk(pid, join(state, disk), sizeBytes),
    runs,
    reports: async (phase, command) => {
      const asking = client();
      for (let look = 0; look < 500; look += 1) {
        const { properties } = (await asking.result(command)).result;
        const told = phase === 'running' || properties.reason !== undefined;
        if (properties.longarm?.phase === phase && told) return properties;
        await sleep(20);
      }
      throw new Error(`Command ${command.id} was never ${phase}.`);
    },
    nothingLeft: async () => {
      await emptied(runsDirectory);
      for await (const { id } of client().list(cluster, { phase: 'accepted,claimed,launching,running' })) {
        assert.fail(`command ${id} has not ended`);
      }
    },
    stop: async () => {
      for (const each of clients) each.close();
      const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGTERM');
        await exited;
      }
      clearTimeout(late);
      rmSync(folder, { recursive: true, force: true });
      if (child.signalCode === 'SIGKILL') throw new Error(`The server did not end within ${stopMs} ms of SIGTERM.`);
    },
  };
}

/** Resolves once what the server says has this effect. */
async function heard(child: ChildProcess, isSaid: () => boolean): Promise<void> {
  const signal = AbortSignal.timeout(deadlineMs);
  while (!isSaid()) await once(child.stderr ?? child, 'data', { signal });
}

/** Resolves when nothing is in the directory: what has run is removed just after its end is told. */
async function emptied(directory: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (): void => {
    if (readdirSync(directory).length === 0) resolve();
  };
  const watcher = watch(directory, look);
  const late = setTimeout(() => {
    reject(new Error(`Left in ${directory}: ${readdirSync(directory).join(', ')}`));
  }, 30_000);
  try {
    look();
    await promise;
  } finally {
    clearTimeout(late);
    watcher.close();
  }
}
