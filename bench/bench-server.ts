import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { objectOf, textOf } from '../src/client/json-fields.ts';
import { freePort } from '../src/main/free-port.ts';
import { type Answer, type Caller, createCaller } from './http-calls.ts';
import type { Place } from './measure.ts';

const host = '127.0.0.1';
const resourceGroup = 'bench';
const apiVersion = 'api-version=2025-05-01';
const startMs = 60_000;
const stopMs = 60_000;

/** A cluster that a server is started with, as its configuration file has it. */
export interface BenchCluster {
  readonly name: string;
  readonly executor: 'process' | 'scripted';
  /** Limits of `docs/configuration.md`. */
  readonly limits?: Readonly<Record<string, string | number>>;
}

/** A started server: the installed package in a process of its own. */
export interface BenchServer {
  readonly pid: number;
  readonly dataDir: string;
  readonly token: string;
  readonly port: number;
  /** The listener without TLS. */
  readonly plainPort: number;
  /** The path of a cluster. */
  cluster(name: string): string;
  /** With TLS where `secure`. Closed by the server's stop. */
  caller(connections: number, secure?: boolean): Caller;
  /** Ends it as an operator would. */
  stop(): Promise<void>;
  /** Ends it with what it has in memory. For a server that waits with thousands of commands. */
  kill(): Promise<void>;
}

/** A path with its query. */
export function versioned(path: string, query = ''): string {
  return `${path}?${apiVersion}${query === '' ? '' : `&${query}`}`;
}

/** Submits a command, with a zip of its files where it has some. @returns the path of its result, with the query by which polls are held. */
export async function submit(caller: Caller, cluster: string, command: string, context?: Uint8Array): Promise<string> {
  const files = context === undefined ? {} : { context: Buffer.from(context).toString('base64') };
  const { location } = await caller.call('POST', versioned(`${cluster}/runCommand`), { command, ...files });
  if (location === undefined) throw new Error('A command was accepted without a Location.');
  const { pathname, search } = new URL(location);
  return `${pathname}${search}`;
}

/** Polls until the command has ended. @returns the last answer. @throws {Error} where it did not succeed. */
export async function untilEnded(caller: Caller, result: string, signal: AbortSignal): Promise<Answer> {
  for (;;) {
    signal.throwIfAborted();
    const answer = await caller.call('GET', result);
    if (answer.status !== 200) continue;
    if (!answer.text.includes('"exitCode":0'))
      throw new Error(`A command did not end well: ${answer.text.slice(0, 500)}`);
    return answer;
  }
}

/** Starts a server on a data directory, new or not, and waits until it is up. */
export async function startBenchServer(
  { longarm, directory, signal }: Place,
  clusters: readonly BenchCluster[],
  name = 'server',
): Promise<BenchServer> {
  const folder = join(directory, name);
  const dataDir = join(folder, 'data');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [port, plainPort] = [await freePort(host), await freePort(host)];
  const config = join(folder, 'longarm.yaml');
  writeFileSync(config, configurationOf(port, plainPort, clusters));
  const args = [longarm, 'quickstart', '--config', config, '--data-dir', dataDir, '--port', String(port), '--', 'true'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const callers: Caller[] = [];
  const end = async (how: NodeJS.Signals) => {
    for (const caller of callers) caller.close();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
    child.kill(how);
    await exited;
    clearTimeout(late);
  };
  // Whatever goes wrong from here on, the measure's own abort included, it does not outlive the measure.
  const ending = () => child.kill('SIGKILL');
  signal.addEventListener('abort', ending);
  child.once('exit', () => signal.removeEventListener('abort', ending));
  const pid = await untilUp(child);
  const connectionFile = join(dataDir, 'connection.json');
  const connection = objectOf(JSON.parse(readFileSync(connectionFile, 'utf8')));
  const tokenArgs = [longarm, 'token', '--connection', connectionFile];
  const token = (await promisify(execFile)(process.execPath, tokenArgs, { timeout: startMs })).stdout.trim();
  return {
    pid,
    dataDir,
    token,
    port,
    plainPort,
    cluster: (cluster) =>
      `/subscriptions/${textOf(connection, 'subscriptionId')}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${cluster}`,
    caller: (connections, secure = false) => {
      const base = new URL(secure ? `https://${host}:${port}` : `http://${host}:${plainPort}`);
      const ca = readFileSync(textOf(connection, 'caFile') ?? '', 'utf8');
      const caller = createCaller(base, token, connections, secure ? ca : undefined);
      callers.push(caller);
      return caller;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function configurationOf(port: number, plainPort: number, clusters: readonly BenchCluster[]): string {
  // JSON is YAML.
  return JSON.stringify({
    publicUrl: `https://${host}:${port}`,
    plainHttp: { enabled: 'on', host, port: plainPort },
    clusters: clusters.map((cluster) => ({ resourceGroup, ...cluster })),
  });
}

async function untilUp(child: ChildProcess): Promise<number> {
  if (child.stderr === null || child.pid === undefined) throw new Error('The server could not be started.');
  const late = setTimeout(() => child.kill('SIGKILL'), startMs);
  let said = '';
  try {
    for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      if (!said.includes('Longarm is up at')) continue;
      // Read on, or the server would wait for its words to be taken.
      child.stderr.resume();
      return child.pid;
    }
  } finally {
    clearTimeout(late);
  }
  throw new Error(`The server did not come up within ${startMs} ms: ${said}`);
}
