import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { checkout } from './documents.ts';

const longarm = join(checkout, 'bin/longarm.mjs');
const deadlineMs = 60_000;

/** The home of a reader who follows a document, with a quickstart that is up in its default place. */
export interface Reader {
  /** An empty home; everything in it goes with the reader. */
  readonly home: string;
  /** What a shell of this reader's has for environment: `longarm`, `node` and the system's programs on PATH. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes a program findable under a name. `script` is what a POSIX shell does for it. */
  install(name: string, script: string): void;
  /** Ends the server and removes the home. @throws {Error} when the server does not end in time */
  leave(): Promise<void>;
}

/**
 * Starts `longarm quickstart` for a new reader, and waits until it says that it is up.
 * @param settings more of the environment, for the server as well
 */
export async function newReader(settings: Readonly<Record<string, string>> = {}): Promise<Reader> {
  const home = mkdtempSync(join(tmpdir(), 'docs-'));
  const programs = join(home, 'bin');
  mkdirSync(programs);
  symlinkSync(process.execPath, join(programs, 'node'));
  symlinkSync(longarm, join(programs, 'longarm'));
  // So that the JavaScript of a document finds what `npm install` would have put there.
  symlinkSync(join(checkout, 'node_modules'), join(home, 'node_modules'));
  const environment = {
    PATH: [programs, process.env['PATH'] ?? ''].join(delimiter),
    HOME: home,
    XDG_STATE_HOME: join(home, '.local/state'),
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    ...settings,
  };
  const server = spawn(process.execPath, [longarm, 'quickstart', '--port', '0', '--', 'true'], {
    cwd: home,
    // The mark by which the runner of the tests finds what was left behind.
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const leave = async (): Promise<void> => {
    await end(server);
    rmSync(home, { recursive: true, force: true });
    if (server.signalCode === 'SIGKILL') throw new Error(`The server did not end within ${deadlineMs} ms of SIGTERM.`);
  };
  try {
    await untilUp(server);
  } catch (error) {
    await leave();
    throw error;
  }
  const install = (name: string, script: string): void => {
    const file = join(programs, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  };
  return { home, environment, install, leave };
}

async function untilUp(server: ChildProcess): Promise<void> {
  const { stderr } = server;
  if (stderr === null) throw new Error('The server has no stderr to be listened to.');
  let said = '';
  const isUp = new Promise<void>((resolve) => {
    stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Longarm is up at')) resolve();
    });
  });
  const late = new AbortController();
  const ended = once(server, 'exit', { signal: AbortSignal.any([late.signal, AbortSignal.timeout(deadlineMs)]) });
  const failed = ended.then(
    () => Promise.reject(new Error(`The server ended, having said:\n${said}`)),
    (error: unknown) => {
      if (!late.signal.aborted)
        throw new Error(`The server was not up in time, having said:\n${said}`, { cause: error });
    },
  );
  try {
    await Promise.race([isUp, failed]);
  } finally {
    late.abort();
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  const late = setTimeout(() => server.kill('SIGKILL'), deadlineMs);
  server.kill('SIGTERM');
  await exited;
  clearTimeout(late);
}
