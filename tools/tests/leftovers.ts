import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The variable by which a process is known to have been started by a tier, however far it has run away. */
export const tierVariable = 'TEST_TIER_OF_LONGARM';

/** A process that a tier started and left alive. */
export interface LeftProcess {
  readonly pid: number;
  readonly commandLine: string;
}

function belongs(pid: number, mark: string, folder: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return environment.includes(`${tierVariable}=${mark}`) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
  } catch {
    return false; // It ended while we looked, or is another user's.
  }
}

function describe(pid: number): LeftProcess | undefined {
  try {
    return { pid, commandLine: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() };
  } catch {
    return undefined; // It ended while we looked.
  }
}

/** The living processes that carry the tier's mark or work in its folder. Empty where there is no /proc. */
function processesOf(mark: string, folder: string): readonly LeftProcess[] {
  if (!existsSync('/proc/self/environ')) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .map(Number)
    .filter((pid) => pid !== process.pid && belongs(pid, mark, folder))
    .flatMap((pid) => describe(pid) ?? []);
}

/** Looks until the tier has no living process, for at most three seconds; answers those that are left. */
async function processesLeft(mark: string, folder: string): Promise<readonly LeftProcess[]> {
  let processes = processesOf(mark, folder);
  for (let look = 0; look < 30 && processes.length > 0; look += 1) {
    await sleep(100);
    processes = processesOf(mark, folder);
  }
  return processes;
}

/** What a tier left behind, one sentence for each; processes get three seconds to end, and are then killed. */
export async function leftovers(mark: string, folder: string): Promise<readonly string[]> {
  const processes = await processesLeft(mark, folder);
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      process.stderr.write(`could not end process ${pid}: ${String(error)}\n`);
    }
  }
  if (processes.length > 0) await processesLeft(mark, folder);
  const files = readdirSync(folder).map((name) => join(folder, name));
  return [
    ...processes.map(({ pid, commandLine }) => `process ${pid} was left running: ${commandLine.slice(0, 200)}`),
    ...files.map((path) => `${path} was left behind`),
  ];
}
