import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import type { ClientClock } from '../../src/client/client-clock.ts';
import type { CliContext } from '../../src/cli/context.ts';
import { runCli } from '../../src/cli/program.ts';
import type { ServerVerb } from '../../src/cli/verb.ts';
import { cluster, FakeArm, fastClock, sendJson } from '../client/fake-arm.ts';

/** How a verb is run. */
export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly isTTY?: boolean;
  readonly workingDirectory?: string;
  readonly serverVerbs?: readonly ServerVerb[];
  /** Called at each chunk of stdout, with a way to press Ctrl-C. */
  readonly onOutput?: (text: string, interrupt: () => void, terminate: () => void) => void;
  readonly hasInput?: boolean;
  readonly stdout?: Writable;
  /** Sleeps are over at once where it is absent. */
  readonly clock?: ClientClock;
}

/** What came of it. */
export interface Ran {
  readonly code: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs the command line as a process would, but for the process. */
export async function runVerb(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const chunks: Buffer[] = [];
  const listeners = new Set<() => void>();
  const terminations = new Set<() => void>();
  const interrupt = (): void => {
    for (const listener of listeners) listener();
  };
  const terminate = (): void => {
    for (const listener of terminations) listener();
  };
  const stdout =
    options.stdout ??
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(Buffer.from(chunk));
        options.onOutput?.(chunk.toString(), interrupt, terminate);
        done();
      },
    });
  const stderr = new PassThrough();
  let code: number | undefined;
  const terminal = { isTTY: options.isTTY ?? false, columns: () => 100 };
  const context: CliContext = {
    stdin: Readable.from(options.stdin === undefined ? [] : [options.stdin]),
    stdout: { stream: stdout, ...terminal },
    stderr: { stream: stderr, ...terminal },
    environment: options.environment ?? {},
    workingDirectory: options.workingDirectory ?? '/',
    version: '0.0.0',
    clock: options.clock ?? fastClock(),
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onTerminate: (listener) => {
      terminations.add(listener);
      return () => terminations.delete(listener);
    },
    stdinHasInput: () => options.hasInput ?? false,
    setExitCode: (value) => {
      code = value;
    },
    serverVerbs: options.serverVerbs ?? [],
  };
  await runCli(context, words);
  stderr.end();
  return { code, stdout: Buffer.concat(chunks), stderr: (await stderr.toArray()).join('') };
}

/** A folder that is gone after the test. */
export async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'longarm-cli-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A fake Longarm with a token endpoint, and a connection.json to it. */
export async function startFakeLongarm(t: TestContext) {
  const fake = await FakeArm.start(t);
  const folder = await makeFolder(t);
  fake.on('POST', /\/oauth2\/v2\.0\/token$/, (_seen, response) => {
    sendJson(response, 200, { token_type: 'Bearer', expires_in: 3600, access_token: 'header.payload.signature' });
  });
  fake.on('GET', /\/metadata\/endpoints$/, (_seen, response) => {
    sendJson(response, 200, { resourceManager: fake.endpoint });
  });
  const connection = join(folder, 'connection.json');
  await writeFile(
    connection,
    JSON.stringify({
      endpoint: fake.endpoint,
      tenantId: '99999999-8888-7777-6666-555555555555',
      subscriptionId: cluster.subscriptionId,
      resourceGroup: cluster.resourceGroup,
      cluster: cluster.name,
      clientId: 'client',
      clientSecret: '-secret',
    }),
  );
  return { fake, folder, environment: { LONGARM_CONNECTION: connection } };
}
