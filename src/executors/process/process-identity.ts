import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Which process it is, beyond doubt: PIDs are used again, and after a reboot everything is. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly bootId: string;
  /** When the process started, as the system words it: ticks since boot on Linux, a date elsewhere. */
  readonly startedAt: string;
}

/** Reads what the launcher recorded of itself. @returns undefined for anything else. */
export function parseLauncherRecord(text: string): ProcessIdentity | undefined {
  const [pid = '', bootId = '', start = '', ...rest] = text.split('\n');
  if (!/^[1-9]\d{0,8}$/.test(pid) || start === '' || rest.join('') !== '') return undefined;
  return { pid: Number(pid), bootId, startedAt: parseStat(start)?.startedAt ?? start.trim() };
}

/** What `/proc/PID/stat` says of a process, as far as it matters here. Source: proc_pid_stat(5). */
export interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly startedAt: string;
}

/** Reads a line of `/proc/PID/stat`. The name in it may hold blanks and parentheses, so it is cut off at the last. */
function parseStat(line: string): ProcessStat | undefined {
  const fields = line
    .slice(line.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  const [state, parent, group, session] = fields;
  const startedAt = fields[19];
  if (!line.includes(')') || state === undefined || startedAt === undefined) return undefined;
  return { state, parent: Number(parent), group: Number(group), session: Number(session), startedAt };
}

/** The id of this boot of the machine. @throws when the system has none to tell. */
export async function currentBootId(): Promise<string> {
  if (process.platform === 'linux') return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  return (await promisify(execFile)('sysctl', ['-n', 'kern.bootsessionuuid'])).stdout.trim();
}

/**
 * The stat of a process; `undefined` where there is none (any more). Read at once, because it comes out of the kernel's
 * memory: to queue it for another thread costs ten times as much, and a sweep reads it of every process there is.
 */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Tells whether this very process still runs. A zombie does not: it has ended and only waits to be noticed. */
export async function isAlive(identity: ProcessIdentity, bootId: string): Promise<boolean> {
  if (identity.bootId !== bootId) return false;
  if (process.platform === 'linux') {
    const stat = statOf(identity.pid);
    return stat !== undefined && stat.startedAt === identity.startedAt && !'ZX'.includes(stat.state);
  }
  // ps fails when there is no such process, which is the answer.
  const ps = promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(identity.pid)], { env: { LC_ALL: 'C' } });
  return await ps.then(
    ({ stdout }) => stdout.trim() === identity.startedAt,
    () => false,
  );
}
