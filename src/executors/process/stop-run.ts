import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { toSeconds } from '../supervisor/supervisor-argv.ts';
import { hasCode, undefinedIfAbsent } from '../system-error.ts';
import { barRun, readClaim, readLauncher } from './look-at-run.ts';
import { isAlive, statOf } from './process-identity.ts';
import type { ProcessRoom } from './room.ts';
import { type Run, runOf } from './run-directory.ts';
import { killIfThere } from './survivors.ts';
import type { CommandId } from '../../core/command-id.ts';

/**
 * Asks for the end: bars what has not started, and tells the supervisor of what has. The grace is written before the
 * signal, so a stop that is cut short between the two is completed by the next one, and the first grace stays.
 */
export async function stopRun(room: ProcessRoom, commandId: CommandId, graceMs: number): Promise<void> {
  const run = runOf(room.runsDirectory, commandId);
  // A stop may come before the start; the bar must then be there when the start comes.
  await mkdir(run.directory, { recursive: true, mode: 0o700 });
  if (await barRun(run)) return;
  if ((await readClaim(run)) === 'barred') return;
  await writeOnce(run.grace, `${toSeconds(graceMs)}\n`);
  const launcher = await readLauncher(run);
  if (launcher === undefined || !(await isAlive(launcher, room.bootId))) return;
  const supervisor = room.isolation.kind === 'session' ? launcher.pid : await childOf(launcher.pid);
  if (supervisor !== undefined) killIfThere(supervisor, 'SIGTERM');
}

/** The grace of a stop that was asked for, in milliseconds; `undefined` where none was asked for. */
export async function graceOf(run: Run): Promise<number | undefined> {
  const text = await readFile(run.grace, 'utf8').catch(undefinedIfAbsent);
  return text === undefined ? undefined : Number(text) * 1000;
}

/** The supervisor is PID 1 in its namespace, and the one child of the `unshare` that the launcher became. */
async function childOf(parent: number): Promise<number | undefined> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids) {
    if (statOf(pid)?.parent === parent) return pid;
  }
  return undefined;
}

async function writeOnce(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
