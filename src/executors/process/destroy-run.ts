import { chmod, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandId } from '../../core/command-id.ts';
import { hasCode } from '../system-error.ts';
import { barRun, hasRecord, readLauncher } from './look-at-run.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import type { ProcessRoom } from './room.ts';
import { type Run, runEntries, runOf, sideName } from './run-directory.ts';
import { killSurvivors } from './survivors.ts';

const killMs = 5000;
/** How often, and after how long each time, a launcher is looked for that has only to notice the end. */
const endLooks = 20;
const endLookMs = 5;

/**
 * Ends and removes everything of a command. The bar goes first, so that a launcher that is still under way comes to
 * nothing; then the processes; then the directory, by another name first, so that a half removed one is never taken
 * for a run.
 * @throws when something of it cannot be killed or removed; the caller calls again.
 */
export async function destroyRun(room: ProcessRoom, commandId: CommandId): Promise<void> {
  const run = runOf(room.runsDirectory, commandId);
  const entries = (await runEntries(room.runsDirectory)).filter((entry) => entry.commandId === commandId);
  if (entries.some((entry) => entry.path === run.directory)) {
    await barRun(run);
    const launcher = await readLauncher(run);
    // Without a launcher nothing began, and of another boot nothing is alive.
    const isOver =
      launcher === undefined || launcher.bootId !== room.bootId || (await hasEndedAlone(room, run, launcher));
    const left = isOver ? [] : await killSurvivors(commandId, launcher, room.clock, killMs);
    if (left.length > 0) {
      throw new Error(`Processes of command ${commandId} cannot be killed: ${left.join(', ')}.`);
    }
    await rename(run.directory, sideName(room.runsDirectory, commandId, 'gone'));
  }
  for (const entry of await runEntries(room.runsDirectory)) {
    if (entry.commandId === commandId) await removeTree(entry.path);
  }
}

/**
 * Whether nothing of a command can be left because its supervisor came to its end. In a namespace of its own all that
 * it started was dead before it wrote its record, and its launcher ends just after it. To look for survivors among all
 * processes of the machine would cost more than all else that is done for a short command.
 */
async function hasEndedAlone(room: ProcessRoom, run: Run, launcher: ProcessIdentity): Promise<boolean> {
  if (room.isolation.kind !== 'namespaces' || !(await hasRecord(run))) return false;
  for (let look = 0; look < endLooks; look += 1) {
    if (!(await isAlive(launcher, room.bootId))) return true;
    await room.clock.sleep(endLookMs);
  }
  return false;
}

/** Removes a tree in which a command may have made directories that not even their owner may change. */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!hasCode(error, 'EACCES') && !hasCode(error, 'EPERM')) throw error;
    await openUp(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function openUp(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await openUp(join(directory, entry.name));
  }
}
