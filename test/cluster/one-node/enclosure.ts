import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { logsOf, programsOf } from './layout.ts';
import { type Process, processes } from './processes.ts';
import { plainEnvironment, runProgram } from './run-program.ts';

/**
 * A cluster lives in PID, mount and network namespaces of its own. Their first process is a `pause` that the kernel
 * does not outlive: with it all processes end, and with them go their mounts, links, routes and packet rules.
 */
const firstProgram = (state: string): string => join(programsOf(state), 'pause');

/** The first process of the enclosure of the cluster in this state directory, if it is up. */
export function firstProcess(state: string): Process | undefined {
  return processes().find(({ argv }) => argv[0] === firstProgram(state));
}

/** Whether the program is still there that made the namespaces and waits for their end. */
export function isEnclosureHeld(state: string): boolean {
  return processes().some(({ argv }) => argv[0] === 'unshare' && argv.includes(firstProgram(state)));
}

/**
 * Makes the namespaces.
 * @param bound whether they end with this process, however it ends
 * @throws {Error} when the machine does not let us, within 10 s
 */
export async function makeEnclosure(state: string, bound: boolean, signal: AbortSignal): Promise<void> {
  mkdirSync(logsOf(state), { recursive: true });
  const log = openSync(join(logsOf(state), 'enclosure.log'), 'a');
  const first = [firstProgram(state), ...(bound ? ['--until-eof'] : [])];
  const child = spawn('unshare', ['--fork', '--pid', '--mount-proc', '--net', ...first], {
    stdio: [bound ? 'pipe' : 'ignore', log, log],
    detached: true,
    env: plainEnvironment,
    cwd: '/',
  });
  closeSync(log);
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`unshare ended with ${code}; ${logsOf(state)}/enclosure.log tells.`)),
    );
  });
  failed.catch(() => undefined);
  // It must not keep the caller's event loop alive; the pipe alone ties the two together.
  child.unref();
  if (child.stdin !== null && 'unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  await Promise.race([eventually('The first process', 10_000, signal, () => firstProcess(state)), failed]);
}

function entrance(state: string): readonly string[] {
  const first = firstProcess(state);
  if (first === undefined) throw new Error(`No cluster is up in ${state}.`);
  return [`--target=${first.pid}`, '--pid', '--mount', '--net'];
}

/**
 * Runs a program inside to its end and answers what it printed.
 * @throws {Error} when no cluster is up, or the program fails
 */
export async function runInside(state: string, argv: readonly string[], signal: AbortSignal): Promise<string> {
  return runProgram('nsenter', [...entrance(state), '--', ...argv], { signal });
}

/**
 * Starts a daemon inside, as an orphan that the first process adopts; what it prints is appended to its log.
 * @throws {Error} when no cluster is up
 */
export async function startInside(
  state: string,
  name: string,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const log = join(logsOf(state), `${name}.log`);
  const script = 'log=$1; shift; setsid "$@" </dev/null >>"$log" 2>&1 &';
  await runInside(state, ['sh', '-c', script, 'sh', log, ...argv], signal);
}

/** The living processes inside. */
export function processesInside(state: string): readonly Process[] {
  const first = firstProcess(state);
  if (first === undefined) return [];
  return processes().filter(({ namespace }) => namespace === first.namespace);
}
