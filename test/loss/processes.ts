import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

function mentions(pid: string, mark: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1') + readFileSync(`/proc/${pid}/environ`, 'latin1');
    return words.includes(mark);
  } catch {
    return false; // It ended while we looked.
  }
}

/** The PIDs of all processes of the machine that have the mark in an argument or in their environment. */
export function processesWith(mark: string): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return pids.filter((pid) => mentions(pid, mark)).map(Number);
}

/** Waits until there are as many as wanted. @throws {Error} after 10 s; a look at /proc is all that tells */
export async function untilThereAre(count: number, mark: string): Promise<void> {
  for (let look = 0; look < 500; look += 1) {
    if (processesWith(mark).length === count) return;
    await sleep(20);
  }
  throw new Error(`There are ${processesWith(mark).length} processes of ${mark}, and ${count} were awaited.`);
}

/** How many sockets a process has open. */
export function socketsOf(pid: number): number {
  const directory = `/proc/${pid}/fd`;
  const isSocket = (name: string): boolean => {
    try {
      return readlinkSync(join(directory, name)).startsWith('socket:');
    } catch {
      return false; // It was closed while we looked.
    }
  };
  return readdirSync(directory).filter(isSocket).length;
}

/** The most memory that a process ever had resident, in bytes. */
export function peakBytesOf(pid: number): number {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(peak?.[1]) * 1024;
}
