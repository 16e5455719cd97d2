import { addMs, type Instant } from '../../core/instant.ts';
import type { ExitCause, FinalObservation } from '../../core/observation.ts';
import type { PendingStep, Script, Step } from './script.ts';

/** All that a scripted command's fate depends on beside its script. */
export interface Circumstances {
  readonly startedAt: Instant;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly stop: { readonly at: Instant; readonly graceMs: number } | undefined;
  /** When each `wait` was over, by its number in the script from 0. */
  readonly released: ReadonlyMap<number, Instant>;
  readonly now: Instant;
}

/** A stretch of output. A fill is not held in memory: it may be gigabytes. */
export type Stretch = Extract<Step, { type: 'write' | 'fill' }>;

/** How a scripted command stands at `now`. */
export interface Replay {
  readonly pending?: PendingStep;
  /** When the command began; absent before that. */
  readonly begunAt?: Instant;
  readonly output: readonly Stretch[];
  readonly end?: FinalObservation;
  /** The `wait` it hangs on. */
  readonly waiting?: { readonly number: number; readonly path: string };
  /** When something will happen by itself; absent where nothing will. */
  readonly nextAt?: Instant;
}

/**
 * Works out how a scripted command stands. Nothing runs: the script, the moment of the start, the stop and the
 * gates' moments decide everything, so every instance that reads them from the disk sees the same.
 */
export function replayScript(script: Script, given: Circumstances): Replay {
  const { now, stop } = given;
  if (script.refusal !== undefined) return { output: [], end: { type: 'refused', ...script.refusal } };
  let at = given.startedAt;
  for (const pending of script.pending) {
    const until = addMs(at, pending.durationMs);
    if (stop !== undefined && stop.at < until) return { output: [], end: { type: 'neverStarted' } };
    if (now < until) return { pending, output: [], nextAt: until };
    at = until;
  }
  if (stop !== undefined && stop.at < given.startedAt) return { output: [], end: { type: 'neverStarted' } };
  return replaySteps(script.steps, at, given);
}

function replaySteps(steps: readonly Step[], begunAt: Instant, given: Circumstances): Replay {
  const signal = firstSignal(begunAt, given);
  const output: Stretch[] = [];
  let at = begunAt;
  let deaf = false;
  let waits = 0;
  for (const step of [...steps, { type: 'exit', exitCode: 0 } as const]) {
    if (step.type === 'sleep' || step.type === 'wait') {
      const number = step.type === 'wait' ? waits++ : undefined;
      const released = number === undefined ? addMs(at, durationOf(step)) : given.released.get(number);
      const until = released === undefined || released > at ? released : at;
      const death = deaf ? signal.killAt : signal.at;
      const happens = until === undefined ? death : until < death ? until : death;
      if (given.now < happens) {
        const waiting =
          number === undefined || until !== undefined || step.type !== 'wait'
            ? {}
            : { waiting: { number, path: step.path } };
        return { begunAt, output, nextAt: happens, ...waiting };
      }
      if (happens === death && (until === undefined || death <= until)) {
        return { begunAt, output, end: exited(deaf ? 137 : 143, signal.cause, begunAt, death) };
      }
      at = happens;
      continue;
    }
    const end = endOfStep(step, begunAt, at, at < signal.at ? 'exit' : signal.cause);
    if (end !== undefined) return { begunAt, output, end };
    if (step.type === 'ignoreTerm') deaf = true;
    if (step.type === 'write' || step.type === 'fill') output.push(step);
  }
  return { begunAt, output };
}

/** What tells the command to end first: the stop, or the time limit. */
function firstSignal(begunAt: Instant, given: Circumstances) {
  const limitAt = addMs(begunAt, given.timeoutMs);
  const { stop } = given;
  return stop !== undefined && stop.at < limitAt
    ? ({ cause: 'stop', at: stop.at, killAt: addMs(stop.at, stop.graceMs) } as const)
    : ({ cause: 'timeout', at: limitAt, killAt: addMs(limitAt, given.graceMs) } as const);
}

function durationOf(step: Step): number {
  return step.type === 'sleep' ? step.durationMs : 0;
}

function endOfStep(step: Step, startedAt: Instant, at: Instant, cause: ExitCause): FinalObservation | undefined {
  switch (step.type) {
    case 'exit':
      return exited(step.exitCode, cause, startedAt, at);
    case 'killed': {
      const { reason, message, exitCode } = step;
      return { type: 'killed', reason, message, startedAt, ...(exitCode === undefined ? {} : { exitCode }) };
    }
    case 'lost':
      return { type: 'lost', reason: 'WorkerLost', message: step.message };
    case 'write':
    case 'fill':
    case 'sleep':
    case 'wait':
    case 'ignoreTerm':
      return undefined;
  }
}

function exited(exitCode: number, cause: ExitCause, startedAt: Instant, finishedAt: Instant): FinalObservation {
  return { type: 'exited', exitCode, cause, startedAt, finishedAt };
}
