import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ArmClient, createArmClient } from '../../src/client/arm-client.ts';
import { objectOf, textOf } from '../../src/client/json-fields.ts';
import { parseClusterName, parseResourceGroupName, parseSubscriptionId } from '../../src/core/resource-id.ts';
import type { ClusterAddress } from '../../src/core/resource-id.ts';
import { freePort } from '../../src/main/free-port.ts';

const longarm = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin/longarm.mjs');

/** A real server process on a data directory and port that it keeps from one life to the next. */
export interface CrashingServer {
  readonly cluster: ClusterAddress;
  readonly connectionFile: string;
  /** A folder for what commands write to be counted. */
  readonly folder: string;
  client(): ArmClient;
  /** kill -9, and waits until the process is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Where the process lane keeps what runs. */
  readonly runsDirectory: string;
  /** What is left of commands that were run: their directories. */
  leftovers(): readonly string[];
  /** Ends the server and removes everything. */
  dispose(): Promise<void>;
}

/** Starts `longarm quickstart` and waits until it says that it is up. */
export async function startCrashingServer(): Promise<CrashingServer> {
  const folder = mkdtempSync(join(tmpdir(), 'longarm-crash-'));
  const dataDir = join(folder, 'state');
  const runsDirectory = join(dataDir, 'runs', 'process');
  const port = String(await freePort('127.0.0.1'));
  let child: ChildProcess;

  const start = async () => {
    const args = [longarm, 'quickstart', '--data-dir', dataDir, '--port', port, '--', 'true'];
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child = started;
    assert.ok(started.stderr);
    let said = '';
    for await (const chunk of started.stderr) {
      said += String(chunk);
      if (said.includes('Longarm is up at')) {
        started.stderr.resume();
        return;
      }
    }
    throw new Error(`The server did not come up: ${said}`);
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  await start();
  const connectionFile = join(dataDir, 'connection.json');
  const fields = objectOf(JSON.parse(readFileSync(connectionFile, 'utf8')));
  const read = (name: string) => textOf(fields, name) ?? '';
  const subscriptionId = parseSubscriptionId(read('subscriptionId'));
  const resourceGroup = parseResourceGroupName(read('resourceGroup'));
  const name = parseClusterName(read('cluster'));
  assert.ok(subscriptionId && resourceGroup && name);
  const clients: ArmClient[] = [];
  return {
    cluster: { subscriptionId, resourceGroup, name },
    connectionFile,
    folder,
    client: () => {
      const client = createArmClient({
        endpoint: read('endpoint'),
        ca: readFileSync(read('caFile'), 'utf8'),
        credential: {
          type: 'client',
          tenantId: read('tenantId'),
          clientId: read('clientId'),
          clientSecret: read('clientSecret'),
        },
      });
      clients.push(client);
      return client;
    },
    kill: () => end('SIGKILL'),
    start,
    runsDirectory,
    leftovers: () => readdirSync(runsDirectory),
    dispose: async () => {
      for (const client of clients) client.close();
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
