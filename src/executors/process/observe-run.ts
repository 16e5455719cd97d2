import type { CommandId } from '../../core/command-id.ts';
import type { FinalObservation, Observation } from '../../core/observation.ts';
import { listenTo } from './directory-change.ts';
import { lookAtRun, type Sight } from './look-at-run.ts';
import type { ProcessRoom } from './room.ts';
import { type Run, runChanges, runOf } from './run-directory.ts';
import { graceOf } from './stop-run.ts';
import { killSurvivors } from './survivors.ts';

/** A death leaves no trace in the directory, so it is looked for this often. */
const lookEveryMs = 1000;
/** A start usually takes less than this, and is then not worth a word. */
const quietMs = 900;
/**
 * How long after the grace the supervisor may take before everything is killed from outside. Measured from when the
 * stop was first seen here: a file's date is worth nothing once somebody has set the clock.
 */
const stopMarginMs = 3000;
/** How long a kill may take before it counts as not working. */
const killMs = 5000;

/** Yields how a command stands and each change, to the end. */
export async function* observeRun(
  room: ProcessRoom,
  commandId: CommandId,
  signal: AbortSignal,
): AsyncGenerator<Observation, void> {
  const run = runOf(room.runsDirectory, commandId);
  let said: 'nothing' | 'pending' | 'started' = 'nothing';
  const since = room.clock.monotonicMs();
  let stopSeenMs: number | undefined;
  for (;;) {
    signal.throwIfAborted();
    const change = listenTo(run.directory, room.clock, runChanges);
    try {
      const sight = await lookAtRun(run, room.bootId);
      const graceMs = await graceOf(run);
      if (graceMs !== undefined) stopSeenMs ??= room.clock.monotonicMs();
      const stopDueMs = graceMs === undefined || stopSeenMs === undefined ? undefined : stopSeenMs + graceMs;
      const end = await endOf(room, run, sight, stopDueMs);
      if (end !== undefined) {
        yield end;
        return;
      }
      if (sight.type === 'running' && said !== 'started') {
        said = 'started';
        yield { type: 'started', startedAt: sight.startedAt };
      } else if (sight.type === 'waiting' && said === 'nothing' && room.clock.monotonicMs() - since >= quietMs) {
        said = 'pending';
        yield { type: 'pending', reason: 'Launching', message: 'Its process is being set up.' };
      }
      await change.next(lookEveryMs, signal);
    } finally {
      change.close();
    }
  }
}

async function endOf(
  room: ProcessRoom,
  run: Run,
  sight: Sight,
  stopDueMs: number | undefined,
): Promise<FinalObservation | undefined> {
  switch (sight.type) {
    case 'over':
      return sight.observation;
    case 'orphaned': {
      // Without a supervisor nobody ends what it started, and nothing but its death makes the end known.
      const left = await killSurvivors(run.commandId, sight.launcher, room.clock, killMs);
      if (left.length > 0) return undead(left);
      const message = 'Its supervisor was killed from outside before it could record an exit.';
      return { type: 'killed', reason: 'Killed', message, startedAt: sight.startedAt };
    }
    case 'waiting':
    case 'running': {
      if (stopDueMs === undefined || room.clock.monotonicMs() < stopDueMs + stopMarginMs) return undefined;
      if (sight.launcher === undefined) return undefined;
      const left = await killSurvivors(run.commandId, sight.launcher, room.clock, killMs);
      return left.length > 0 ? undead(left) : undefined;
    }
  }
}

function undead(pids: readonly number[]): FinalObservation {
  return { type: 'undead', message: `It was killed and still runs: process ${pids.join(', ')} on the server.` };
}
