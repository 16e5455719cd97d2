import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { CommandId } from '../../core/command-id.ts';
import type { Clock } from '../../ports/clock.ts';
import { hasCode } from '../system-error.ts';
import { type ProcessIdentity, statOf } from './process-identity.ts';

const pollMs = 20;

/**
 * The PIDs of all processes that belong to a command: the launcher's session (supervisor, pump, timers), and
 * whatever carries the command's marker in its environment.
 * @param launcher of this boot of the machine. Nothing of a command is older, so older processes are not looked into.
 */
export async function survivorsOf(commandId: CommandId, launcher: ProcessIdentity): Promise<readonly number[]> {
  const marker = `LONGARM_COMMAND_ID=${commandId}`;
  if (process.platform !== 'linux') return await survivorsByPs(marker, launcher);
  // Where another process has the launcher's PID now, the session of that number is not ours any more: the system
  // does not use a PID again while it is the number of a session.
  const namesake = statOf(launcher.pid);
  const session = namesake === undefined || namesake.startedAt === launcher.startedAt ? launcher.pid : undefined;
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const stat = statOf(pid);
    if (stat === undefined || 'ZX'.includes(stat.state)) continue;
    if (Number(stat.startedAt) < Number(launcher.startedAt)) continue;
    if (stat.session === session || (await carries(pid, marker))) found.push(pid);
  }
  return found;
}

/** Kills all of them, again and again, until none is left or `withinMs` is over. @returns who is left. */
export async function killSurvivors(
  commandId: CommandId,
  launcher: ProcessIdentity,
  clock: Clock,
  withinMs: number,
): Promise<readonly number[]> {
  const until = clock.monotonicMs() + withinMs;
  for (;;) {
    const pids = await survivorsOf(commandId, launcher);
    if (pids.length === 0) return [];
    for (const pid of pids) killIfThere(pid, 'SIGKILL');
    if (clock.monotonicMs() >= until) return pids;
    await clock.sleep(pollMs);
  }
}

/** Sends a signal. A process that is gone, or is not ours, is no error: what matters is who is left. */
export function killIfThere(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH') && !hasCode(error, 'EPERM')) throw error;
  }
}

async function carries(pid: number, marker: string): Promise<boolean> {
  // Not ours to read means not ours: a command's processes run as the server's user, or the server is root.
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return environment.split('\0').includes(marker);
}

async function survivorsByPs(marker: string, launcher: ProcessIdentity): Promise<readonly number[]> {
  const options = ['-axEww', '-o', 'pid=,pgid=,command='];
  const { stdout } = await promisify(execFile)('ps', options, { maxBuffer: 64 * 1024 * 1024 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, group, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined) return [];
    const ours = Number(group) === launcher.pid || command.split(' ').includes(marker);
    return ours && Number(pid) !== process.pid ? [Number(pid)] : [];
  });
}
