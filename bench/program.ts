import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A program of `bench/programs`, in a process of its own: what it costs is not counted as the server's. */
export interface Program {
  /** Sends a message and waits for the answer. @throws {Error} where the program ends instead. */
  ask(message: object): Promise<unknown>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** Starts a program, which ends with `signal` at the latest. */
export function startProgram(name: string, signal: AbortSignal): Program {
  const child = fork(join(import.meta.dirname, 'programs', `${name}.ts`), { stdio: 'inherit', execArgv: [] });
  const over = new AbortController();
  const ending = () => child.kill('SIGKILL');
  signal.addEventListener('abort', ending);
  child.once('exit', () => {
    signal.removeEventListener('abort', ending);
    over.abort(new Error(`The program ${name} ended.`));
  });
  return {
    ask: async (message) => {
      const answered: Promise<readonly unknown[]> = once(child, 'message', { signal: over.signal });
      child.send(message);
      return (await answered)[0];
    },
    stop: () => stopped(child),
  };
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
