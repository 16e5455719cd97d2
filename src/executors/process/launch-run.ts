import { spawn } from 'node:child_process';
import { access, constants, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launch } from '../../core/launch.ts';
import { supervisorArgv } from '../supervisor/supervisor-argv.ts';
import { listenTo } from './directory-change.ts';
import { commandEnvironment } from './environment.ts';
import { innerStep, outerStep } from './isolation.ts';
import type { ProcessLane } from './lane.ts';
import { launcherScript } from './launcher-script.ts';
import { readClaim, readLauncher } from './look-at-run.ts';
import type { ProcessRoom } from './room.ts';
import { type Run, runChanges } from './run-directory.ts';

const lookEveryMs = 250;

/**
 * Starts the launcher, detached, and waits until it has recorded who it is, or another one has. It outlives this
 * process: nothing but the run directory ties the two.
 * @throws when the launcher ended without a record; nothing ran then, and the caller may try again.
 */
export async function launchRun(
  room: ProcessRoom,
  run: Run,
  launch: Launch,
  lane: ProcessLane,
  shellPath: string,
  signal: AbortSignal,
): Promise<void> {
  const { isolation, maskedDirectory } = room;
  const environment = commandEnvironment(lane, run.box);
  const locale = environment['LC_ALL'] ?? 'C';
  const enter = innerStep({ isolation, maskedDirectory, box: run.box, owner: lane.owner, locale });
  const supervisor = supervisorArgv({
    by: ['/bin/sh'],
    directory: run.directory,
    commandId: run.commandId,
    limitMs: launch.timeoutMs,
    graceMs: launch.graceMs,
    enter,
    workDirectory: join(run.box, 'work'),
    argv: [shellPath, join(run.box, 'command')],
  });
  const log = await open(run.log, 'a', 0o600);
  try {
    // Takes the log's first block now, so that a command that fills the disk leaves room for the words that say so.
    await log.write('\n');
    const args = ['-c', launcherScript, 'longarm-launcher', run.directory, ...outerStep(isolation), ...supervisor];
    const child = spawn('/bin/sh', args, {
      cwd: '/',
      env: { ...environment, LC_ALL: 'C' },
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const ended = new AbortController();
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
      ended.abort();
    });
    child.once('exit', () => ended.abort());
    child.unref();
    for (;;) {
      const over = ended.signal.aborted;
      const change = listenTo(run.directory, room.clock, runChanges);
      try {
        // A claim without a record is a bar: the command was stopped in the meantime.
        if ((await readLauncher(run)) !== undefined || (await readClaim(run)) !== 'free') return;
        if (over) {
          throw new Error(`The launcher of command ${run.commandId} could not be started.`, { cause: failure });
        }
        await change.next(lookEveryMs, AbortSignal.any([ended.signal, signal]));
      } finally {
        change.close();
      }
      signal.throwIfAborted();
    }
  } finally {
    await log.close();
  }
}

/** Where a shell is found in a lane's `PATH`; `undefined` where the machine does not have it. */
export async function findShell(name: string, searchPath: string): Promise<string | undefined> {
  for (const directory of searchPath.split(':')) {
    if (!directory.startsWith('/')) continue;
    const path = join(directory, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}
