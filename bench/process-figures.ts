import { readFileSync } from 'node:fs';

/** The kernel's ticks in a second, as /proc counts them: 100 on every Linux that Node runs on (USER_HZ). */
const ticksPerSecond = 100;

/** How much processor time a process has had, in seconds. Source: proc_pid_stat(5). */
export function cpuSeconds(pid: number): number {
  // The name of the program comes second, in brackets, and may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** How much memory a process has resident, in bytes. */
export function residentBytes(pid: number): number {
  return statusBytes(pid, 'VmRSS');
}

/** The most memory that a process ever had resident, in bytes. */
export function peakResidentBytes(pid: number): number {
  return statusBytes(pid, 'VmHWM');
}

function statusBytes(pid: number, field: string): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (line === null) throw new Error(`/proc/${pid}/status has no ${field}: measuring memory needs Linux.`);
  return Number(line[1]) * 1024;
}
