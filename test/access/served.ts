import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../src/main/free-port.ts';

const longarm = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin/longarm.mjs');

/** A registered client: who it is, and its secret. */
export interface Client {
  readonly clientId: string;
  readonly principalId: string;
  readonly clientSecret: string;
}

/** An answer, read whole. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** What a call is made with. */
export interface Call {
  readonly token?: string;
  readonly body?: object;
  readonly rawBody?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** The loopback address that it comes from. */
  readonly from?: string;
}

/** A `longarm serve` process on a data directory of its own, which logs all it ever logs, and of which a test keeps every word. */
export interface Served {
  readonly folder: string;
  readonly dataDir: string;
  readonly identity: { readonly tenantId: string; readonly subscriptionId: string };
  /** `/subscriptions/…/resourceGroups/rg1/providers/…/managedClusters`. */
  readonly clusters: string;
  call(method: string, path: string, options?: Call): Promise<Answered>;
  /** Runs `longarm` on the data directory. */
  run(...words: readonly string[]): Promise<string>;
  /** Registers a client, with a role at a scope or with none. */
  client(name: string, role?: string, scope?: string): Promise<Client>;
  /** Asks for a token as clients do. */
  signIn(client: Pick<Client, 'clientId' | 'clientSecret'>, from?: string): Promise<Answered>;
  tokenOf(client: Client): Promise<string>;
  /** All that the server has said on stdout and stderr, in all its lives. */
  said(): string;
  pid(): number;
  /** kill -9, and waits until the process is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends the server. */
  end(): Promise<void>;
  /** Ends the server and removes everything. */
  dispose(): Promise<void>;
}

/** Starts a server with these clusters and whatever else the configuration says. */
export async function startServed(configuration: string): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'longarm-access-'));
  // Another user's commands must be able to pass through to their own files.
  chmodSync(folder, 0o711);
  const dataDir = join(folder, 'state');
  mkdirSync(dataDir, { mode: 0o700 });
  const file = join(folder, 'longarm.yaml');
  writeFileSync(file, configuration);
  const port = await freePort('127.0.0.1');
  const place = ['--data-dir', dataDir, '--config', file];
  let said = '';
  let child: ChildProcess;
  let agents = new Map<string, Agent>();

  const start = async () => {
    const words = [longarm, 'serve', ...place, '--port', String(port), '--log-level', 'debug'];
    const started = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    const before = said.length;
    const up = Promise.withResolvers<void>();
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.slice(before).includes('"msg":"serving"')) up.resolve();
      });
    }
    started.once('exit', () => up.reject(new Error(`The server ended, having said: ${said.slice(before)}`)));
    await up.promise;
    for (const agent of agents.values()) agent.destroy();
    agents = new Map();
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  };
  await start();
  const facts: unknown = JSON.parse(said.split('\n').find((line) => line.includes('"msg":"serving"')) ?? '{}');
  const text = (name: string) => String(Object.entries(facts ?? {}).find(([key]) => key === name)?.[1]);
  const identity = { tenantId: text('tenantId'), subscriptionId: text('subscriptionId') };
  const ca = readFileSync(text('caFile'));

  const call = (method: string, path: string, options: Call = {}): Promise<Answered> => {
    const { from = '127.0.0.1' } = options;
    const agent = agents.get(from) ?? new Agent({ ca, keepAlive: true, localAddress: from });
    agents.set(from, agent);
    const body = options.rawBody ?? (options.body && JSON.stringify(options.body));
    const headers = {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      ...options.headers,
    };
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, headers, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const bytes = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: bytes });
        });
      });
      sent.once('error', reject);
      sent.end(body);
    });
  };
  const run = async (...words: readonly string[]) =>
    (await promisify(execFile)(process.execPath, [longarm, ...words, ...place])).stdout;
  const signIn = ({ clientId, clientSecret }: Pick<Client, 'clientId' | 'clientSecret'>, from = '127.0.0.1') =>
    call('POST', `/${identity.tenantId}/oauth2/v2.0/token`, {
      from,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      rawBody: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        scope: 'https://management.azure.com/.default',
      }).toString(),
    });
  return {
    folder,
    dataDir,
    identity,
    clusters: `/subscriptions/${identity.subscriptionId}/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters`,
    call,
    run,
    client: async (name, role, scope) => {
      const more = role === undefined ? [] : ['--role', role, '--scope', scope ?? '/'];
      const made: Client = JSON.parse(await run('client', 'create', name, ...more, '-o', 'json'));
      return made;
    },
    signIn,
    tokenOf: async (client) => {
      const answer = await signIn(client);
      assert.equal(answer.status, 200, answer.text);
      const { access_token: token }: { access_token: string } = JSON.parse(answer.text);
      return token;
    },
    said: () => said,
    pid: () => child.pid ?? 0,
    kill: () => end('SIGKILL'),
    start,
    end: () => end('SIGTERM'),
    dispose: async () => {
      for (const agent of agents.values()) agent.destroy();
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
