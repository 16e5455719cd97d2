import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What a program is given besides its arguments. */
export interface RunOptions {
  readonly signal: AbortSignal;
  /** All of its environment. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** The environment of whatever belongs to a cluster: nothing of the person's, and no mark of a test that starts it. */
export const plainEnvironment: NodeJS.ProcessEnv = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LC_ALL: 'C.UTF-8',
};

/**
 * Runs a program to its end and answers what it printed (64 MiB at most).
 * @throws {Error} when it ends with anything but 0, or is aborted; the message holds what it printed to stderr
 */
export async function runProgram(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { signal, env = plainEnvironment, cwd = '/' } = options;
  const { stdout } = await execute(command, [...args], { signal, env, cwd, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
