import { execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';

const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const longarm = join(checkout, 'bin/longarm.mjs');

/** `connection.json`: what a client needs to know about a quickstart server. */
const connectionSchema = Type.Object({
  endpoint: Type.String(),
  caFile: Type.String(),
  tenantId: Type.String(),
  subscriptionId: Type.String(),
  resourceGroup: Type.String(),
  cluster: Type.String(),
  clientId: Type.String(),
  clientSecret: Type.String(),
});

/** What a client needs to know about the started server. */
export type Connection = Static<typeof connectionSchema>;

/** A server that a test started, in a data directory of its own. */
export interface StartedServer {
  readonly connection: Connection;
  readonly connectionFile: string;
  /** A folder for the test's own files; it goes with the server. */
  readonly folder: string;
  /** Runs `longarm` against this server and answers its stdout. @throws {Error} when it does not exit 0 */
  run(...args: readonly string[]): Promise<string>;
  /** Ends the server and removes everything it and the test wrote. @throws {Error} when it does not end in time */
  stop(): Promise<void>;
}

/** How long the server may take to start and to stop. */
const deadlineMs = 60_000;

function readConnection(file: string): Connection | undefined {
  try {
    return Value.Parse(connectionSchema, JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Waits until the server has written down how to reach it, which it does once it is ready. */
async function connectionWritten(directory: string, ended: AbortSignal): Promise<Connection> {
  const file = join(directory, 'connection.json');
  return new Promise((resolve, reject) => {
    const watcher = watch(directory, () => look());
    const signal = AbortSignal.any([ended, AbortSignal.timeout(deadlineMs)]);
    const settle = (settled: () => void): void => {
      watcher.close();
      signal.removeEventListener('abort', giveUp);
      settled();
    };
    const giveUp = (): void => settle(() => reject(new Error(`The server was not ready: ${String(signal.reason)}`)));
    const look = (): void => {
      const connection = readConnection(file);
      if (connection !== undefined) settle(() => resolve(connection));
    };
    signal.addEventListener('abort', giveUp);
    look();
  });
}

/**
 * Starts `longarm quickstart` on a free port and waits until it is ready.
 * @param flags of quickstart, for where its commands run
 */
export async function startServer(flags: readonly string[] = []): Promise<StartedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'clients-'));
  const directory = join(folder, 'server');
  const log = join(folder, 'server.log');
  mkdirSync(directory, { mode: 0o700 });
  const child = spawn(process.execPath, [longarm, 'quickstart', '--data-dir', directory, '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = createWriteStream(log);
  child.stdout.pipe(written, { end: false });
  child.stderr.pipe(written, { end: false });
  const ended = new AbortController();
  const exited = new Promise<void>((resolve) => {
    child.on('exit', (code, signal) => {
      ended.abort(`it ended with ${code ?? signal}, having said:\n${readFileSync(log, 'utf8')}`);
      written.end(resolve);
    });
  });
  const stop = async (): Promise<void> => {
    const late = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
    if (child.signalCode === 'SIGKILL') throw new Error(`The server did not end within ${deadlineMs} ms of SIGTERM.`);
  };
  try {
    const connection = await connectionWritten(directory, ended.signal);
    const connectionFile = join(directory, 'connection.json');
    return { connection, connectionFile, folder, stop, run: (...args) => runLongarm(connectionFile, args) };
  } catch (error) {
    await stop();
    throw error;
  }
}

function runLongarm(connectionFile: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, LONGARM_CONNECTION: connectionFile };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [longarm, ...args], { env, timeout: deadlineMs }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`longarm ${args.join(' ')} ended with ${error.code}: ${stderr}`));
    });
  });
}
