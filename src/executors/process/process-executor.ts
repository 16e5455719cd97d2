import { mkdir, realpath } from 'node:fs/promises';
import type { CommandId } from '../../core/command-id.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executor } from '../../ports/executor.ts';
import { destroyedCommands } from '../destroyed-commands.ts';
import { inTurn } from '../in-turn.ts';
import type { Isolation } from './isolation.ts';
import type { LaneOf } from './lane.ts';
import { destroyRun } from './destroy-run.ts';
import { observeRun } from './observe-run.ts';
import { currentBootId } from './process-identity.ts';
import { readSpool } from './read-spool.ts';
import type { ProcessRoom } from './room.ts';
import { runEntries } from './run-directory.ts';
import { startFault } from './start-hindered.ts';
import { startRun } from './start-run.ts';
import { stopRun } from './stop-run.ts';

/** What the process executor is made with. */
export interface ProcessExecutorOptions {
  /** Where each command gets its directory. Made if it is not there. Not world-writable; the best place is below `dataDirectory`. */
  readonly runsDirectory: string;
  /** What commands must not see. `runsDirectory` must lie in it; it alone is hidden where this is left out. */
  readonly dataDirectory?: string;
  readonly clock: Clock;
  readonly laneOf: LaneOf;
  /** What `probeIsolation` found. */
  readonly isolation: Isolation;
}

/**
 * Runs commands as processes of this machine. All state is in the run directories, so any number of instances, one
 * after the other or at once, see the same; what runs goes on when the server ends.
 * @throws when the directories cannot be made, or do not lie in each other.
 */
export async function createProcessExecutor(options: ProcessExecutorOptions): Promise<Executor> {
  await mkdir(options.runsDirectory, { recursive: true, mode: 0o700 });
  const runsDirectory = await realpath(options.runsDirectory);
  const maskedDirectory = await realpath(options.dataDirectory ?? runsDirectory);
  if (`${runsDirectory}/`.startsWith(`${maskedDirectory}/`) === false) {
    throw new Error(`The runs directory ${runsDirectory} must lie in the data directory ${maskedDirectory}.`);
  }
  const { clock, laneOf, isolation } = options;
  const room: ProcessRoom = {
    runsDirectory,
    maskedDirectory,
    clock,
    laneOf,
    isolation,
    bootId: await currentBootId(),
  };
  const turns = inTurn<CommandId>();
  const destroyed = destroyedCommands();

  return {
    async start(launch, signal) {
      await turns.take(launch.commandId, async () => {
        signal.throwIfAborted();
        if (destroyed.has(launch.commandId)) throw new Error(`Command ${launch.commandId} was destroyed.`);
        await startRun(room, launch, signal).catch((error: unknown) => {
          throw startFault(error);
        });
      });
    },
    observe: (commandId, signal) => observeRun(room, commandId, signal),
    readOutput: (commandId, fromOffset, sink, signal) => readSpool(room, commandId, fromOffset, sink, signal),
    async stop(commandId, graceMs, signal) {
      signal.throwIfAborted();
      if (!destroyed.has(commandId)) await stopRun(room, commandId, graceMs);
    },
    async destroy(commandId, signal) {
      await turns.take(commandId, async () => {
        signal.throwIfAborted();
        destroyed.add(commandId);
        await destroyRun(room, commandId);
      });
    },
    async list(signal) {
      signal.throwIfAborted();
      return [...new Set((await runEntries(runsDirectory)).map((entry) => entry.commandId))];
    },
  };
}
