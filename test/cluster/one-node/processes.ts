import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A living process of this machine. */
export interface Process {
  readonly pid: number;
  /** Its program as it was called, and its arguments. */
  readonly argv: readonly string[];
  /** Names its PID namespace. */
  readonly namespace: string;
}

function look(pid: number): Process | undefined {
  try {
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    const state = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
    if (argv.length === 0 || state === 'Z' || state === 'X') return undefined;
    return { pid, argv, namespace: readlinkSync(`/proc/${pid}/ns/pid`) };
  } catch {
    return undefined; // It ended while we looked.
  }
}

/** Whether nothing of a process is left: until its last thread has ended, ports that it listened on are taken. */
export function isGone(pid: number): boolean {
  try {
    const state = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
    return (state === 'Z' || state === 'X') && readdirSync(`/proc/${pid}/task`).length <= 1;
  } catch {
    return true;
  }
}

/** All living processes but the kernel's own. */
export function processes(): readonly Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => look(Number(pid)) ?? []);
}
