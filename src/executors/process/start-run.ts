import type { Launch } from '../../core/launch.ts';
import { commandEnvironment } from './environment.ts';
import type { ProcessLane } from './lane.ts';
import { findShell, launchRun } from './launch-run.ts';
import { readClaim, readLauncher } from './look-at-run.ts';
import { prepareRun, readPrepared, type RunRefusal } from './prepare-run.ts';
import type { ProcessRoom } from './room.ts';
import { runOf } from './run-directory.ts';

/**
 * Starts a command or adopts what there is of it. The run directory is made whole or not at all; the launcher's
 * record decides between two launchers, the supervisor's claim between two supervisors. A run that was made in
 * another boot of the machine is not launched: what was launched then may have left no trace on the disk.
 */
export async function startRun(room: ProcessRoom, launch: Launch, signal: AbortSignal): Promise<void> {
  const run = runOf(room.runsDirectory, launch.commandId);
  const lane = room.laneOf(launch.clusterUid);
  const searchPath = lane === undefined ? '' : (commandEnvironment(lane, run.box)['PATH'] ?? '');
  const shellPath = await findShell(launch.shell, searchPath);
  if ((await readPrepared(run)) === undefined && (await readClaim(run)) === 'free') {
    const refusal = refusalOf(room, launch, lane, shellPath);
    const prepared = { bootId: room.bootId, ...(refusal === undefined ? {} : { refusal }) };
    await prepareRun(room.runsDirectory, launch, prepared, lane?.owner);
  }
  signal.throwIfAborted();
  const prepared = await readPrepared(run);
  if (prepared === undefined || prepared.refusal !== undefined || prepared.bootId !== room.bootId) return;
  if ((await readLauncher(run)) !== undefined || (await readClaim(run)) !== 'free') return;
  if (lane === undefined || shellPath === undefined) {
    throw new Error(`Command ${launch.commandId} was prepared, and its cluster's lane or shell is not there any more.`);
  }
  await launchRun(room, run, launch, lane, shellPath, signal);
}

function refusalOf(
  room: ProcessRoom,
  launch: Launch,
  lane: ProcessLane | undefined,
  shellPath: string | undefined,
): RunRefusal | undefined {
  if (lane === undefined) {
    return cannotStart(
      'The cluster may not run processes on this server: the configuration of the server must name it.',
    );
  }
  if (lane.owner !== undefined && !room.isolation.canDropUid) {
    return cannotStart(
      'The cluster has a uid of its own, and this server cannot give commands another uid: run it as root.',
    );
  }
  if (shellPath === undefined) {
    return cannotStart(`The cluster’s shell, ${launch.shell}, is not installed on this server.`);
  }
  return undefined;
}

function cannotStart(message: string): RunRefusal {
  return { reason: 'CouldNotStart', message };
}
