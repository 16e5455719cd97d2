import type {
  Cancelled,
  Claimed,
  Completed,
  Failed,
  Launching,
  Running,
  SealedOutput,
  StopCause,
  TerminalCommand,
} from './command.ts';
import { type Failure, ownFailure, ownReasons } from './failure.ts';
import { between, type Instant } from './instant.ts';
import type { FinalObservation } from './observation.ts';
import { keptEvents } from './platform-event.ts';

type Ending =
  | { readonly phase: 'completed'; readonly startedAt: Instant; readonly exitCode: number }
  | { readonly phase: 'failed'; readonly failure: Failure; readonly exitCode?: number }
  | { readonly phase: 'cancelled'; readonly exitCode?: number };

/**
 * Decides how a command ended from the last thing that was seen of it. docs/lifecycle.md, "which ending wins": an exit
 * recorded before any signal of ours is `completed`; `cancelled` needs proof of death; unknown is never success.
 */
export function endCommand(
  command: Claimed | Launching | Running,
  observation: FinalObservation,
  output: SealedOutput,
  now: Instant,
): TerminalCommand {
  const ending = decideEnding(command, observation, now);
  const seenAt = observation.type === 'exited' || observation.type === 'killed' ? observation.startedAt : undefined;
  const startedAt =
    seenAt === undefined && command.phase !== 'running' ? undefined : startOf(command, seenAt ?? now, now);
  const ended = {
    facts: command.facts,
    revision: command.revision + 1,
    attempts: command.attempts,
    finishedAt: observation.type === 'exited' ? between(startedAt ?? now, observation.finishedAt, now) : now,
    output,
    ...eventsOf(command, observation),
  };
  switch (ending.phase) {
    case 'completed':
      return { ...ended, ...ending } satisfies Completed;
    case 'failed':
      return { ...ended, ...ending, ...(startedAt === undefined ? {} : { startedAt }) } satisfies Failed;
    case 'cancelled':
      return { ...ended, ...ending, ...(startedAt === undefined ? {} : { startedAt }) } satisfies Cancelled;
  }
}

/** The end of a command that waited or was claimed when it was stopped: nothing outside was touched. */
export function stopBeforeLaunch(cause: StopCause): Ending {
  return cause === 'cancel' ? { phase: 'cancelled' } : { phase: 'failed', failure: failureOfStop(cause) };
}

/** The end of a command that had begun when it was stopped: nobody may be told that it never ran. */
function stopAfterStart(cause: StopCause): Ending {
  return cause === 'startTimeout' ? { phase: 'failed', failure: ownFailure('StartNotSeen') } : stopBeforeLaunch(cause);
}

/** What was noted about the end; else what was noted while it did not start. */
function eventsOf(command: Claimed | Launching | Running, observation: FinalObservation) {
  const before = command.phase === 'launching' ? command.events : undefined;
  const noted = 'events' in observation && observation.events !== undefined ? keptEvents(observation.events) : before;
  return noted === undefined ? {} : { events: noted };
}

/** What was told of the start stays; else it is what was seen of it, which another clock has dated. */
function startOf(command: Claimed | Launching | Running, seenAt: Instant, now: Instant): Instant {
  if (command.phase === 'running') return command.startedAt;
  return command.phase === 'launching' ? between(command.launchedAt, seenAt, now) : seenAt;
}

function decideEnding(command: Claimed | Launching | Running, observation: FinalObservation, now: Instant): Ending {
  const stop = command.phase === 'claimed' ? undefined : command.stop;
  switch (observation.type) {
    case 'exited':
      return decideExit(observation, startOf(command, observation.startedAt, now), stop?.cause);
    case 'killed': {
      const exit = observation.exitCode === undefined ? {} : { exitCode: observation.exitCode };
      if (stop !== undefined) return { ...stopAfterStart(stop.cause), ...exit };
      return { phase: 'failed', failure: { reason: observation.reason, message: observation.message }, ...exit };
    }
    case 'refused':
      if (stop?.cause === 'cancel') return { phase: 'cancelled' };
      return { phase: 'failed', failure: { reason: observation.reason, message: observation.message } };
    case 'neverStarted':
      if (command.phase === 'running') {
        return { phase: 'failed', failure: ownFailure('WorkerLost', 'It had started, and no trace of it is left.') };
      }
      if (stop === undefined) return { phase: 'failed', failure: ownFailure('CouldNotStart') };
      return command.phase === 'launching' && stop.cause === 'startTimeout'
        ? { phase: 'failed', failure: startTimeout(command) }
        : stopBeforeLaunch(stop.cause);
    case 'lost':
      return { phase: 'failed', failure: { reason: observation.reason, message: observation.message } };
    case 'undead':
      return { phase: 'failed', failure: ownFailure('StopIncomplete', observation.message) };
  }
}

function decideExit(
  exit: Extract<FinalObservation, { type: 'exited' }>,
  startedAt: Instant,
  stop: StopCause | undefined,
): Ending {
  const { exitCode } = exit;
  switch (exit.cause) {
    case 'exit':
      return { phase: 'completed', startedAt, exitCode };
    case 'timeout':
      return { phase: 'failed', failure: ownFailure('TimedOut'), exitCode };
    case 'stop':
      return stop === undefined
        ? { phase: 'failed', failure: ownFailure('Terminated'), exitCode }
        : { ...stopAfterStart(stop), exitCode };
  }
}

function failureOfStop(cause: Exclude<StopCause, 'cancel'>): Failure {
  switch (cause) {
    case 'runCommandDisabled':
      return ownFailure('RunCommandDisabled');
    case 'outputLimit':
      return ownFailure('OutputLimitExceeded');
    case 'startTimeout':
      return ownFailure('StartTimeout');
    case 'timeout':
      return ownFailure('TimedOut');
  }
}

/** The platform's word comes first: a user is helped by `ImagePullBackOff`, not by our clock. */
function startTimeout(command: Launching): Failure {
  if (command.pending === undefined) return ownFailure('StartTimeout');
  const { reason, message } = command.pending;
  return { reason, message: `${message} (${ownReasons.StartTimeout})` };
}
