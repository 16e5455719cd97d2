import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A program of `test/store/programs` that runs in a process of its own. */
export interface ChildProgram {
  readonly process: ChildProcess;
  /** The next line that it writes; rejects where it ends instead. */
  line(): Promise<string>;
  /** How it ended, with what it wrote to stderr. */
  ended(): Promise<{ readonly code: number | null; readonly errors: string }>;
  /** Kills it where it still runs, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a program with arguments. `limits` is shell text that runs before it, for example `ulimit -f 8`. */
export function startProgram(name: string, args: readonly string[], limits = ':'): ChildProgram {
  const script = join(import.meta.dirname, 'programs', name);
  const shellText = `${limits}; exec "$0" "$@"`;
  const child = spawn('sh', ['-c', shellText, process.execPath, script, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (bytes: Buffer) => {
    errors += bytes.toString();
  });
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    async line() {
      const next = await lines.next();
      if (next.done !== true) return next.value;
      await closed;
      throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode} before it wrote a line: ${errors}`);
    },
    async ended() {
      await closed;
      return { code: child.exitCode, errors };
    },
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
