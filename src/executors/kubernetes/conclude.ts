import { type Instant, parseRfc3339 } from '../../core/instant.ts';
import type { FinalObservation } from '../../core/observation.ts';
import { concludeRecord, couldNotStart } from '../supervisor/conclude-record.ts';
import type { CommandRun } from './command-run.ts';
import { startError } from './reasons/ending.ts';
import { commandContainer } from './names.ts';
import { judgePod } from './reasons/judge-pod.ts';
import type { PodEvent } from './reasons/pod-shape.ts';
import type { PodVerdict } from './reasons/pod-verdict.ts';
import { whoEndedIt, whoRemovedIt } from './reasons/doomed.ts';
import type { SeenPod } from './seen-pod.ts';

/** What the records in the spool say of the end; `undefined` where they say nothing. */
export function concludeFromSpool(run: CommandRun): FinalObservation | undefined {
  const { facts } = run;
  if (facts === undefined) return undefined;
  const startedAt = facts.began ?? run.began;
  // Who has begun was let begin: a command can take the gate away, and then it only seems that nobody was.
  if (facts.gate === 'barred' && startedAt === undefined) return { type: 'neverStarted' };
  if (facts.record === undefined) return undefined;
  return concludeRecord(facts.record, { startedAt, said: facts.said, hasSpoolLimit: true });
}

/**
 * How the command ended, by the word of the cluster beside that of its spool. The spool knows more, but for one thing:
 * who it was that ended it.
 */
export function concludeFromPod(
  run: CommandRun,
  events: readonly PodEvent[],
  bySpool: FinalObservation | undefined,
): FinalObservation {
  const { pod } = run;
  if (pod === undefined) return bySpool ?? lost('PodDeleted', 'It has no pod in the cluster. It may have run.');
  const verdict = judgePod({ pod: pod.pod, events, pendingMs: 0, commandContainer });
  const who = whoEndedIt(pod.pod, events);
  const startedAt = run.began ?? run.facts?.began;
  const since = startedAt === undefined ? {} : { startedAt };
  if (bySpool !== undefined) {
    if (bySpool.type !== 'exited' || run.stopAsked) return bySpool;
    const { exitCode } = bySpool;
    const recorded = { exitCode, exitRecorded: true, ...since } as const;
    // A pod that was removed at once has no time to say that it is leaving.
    const ender = who ?? (run.gone ? whoRemovedIt(pod.pod, events) : undefined);
    if (bySpool.cause === 'stop' && ender !== undefined) return { type: 'killed', ...ender, ...recorded };
    const isOom = verdict.type === 'ended' && verdict.reason === 'OOMKilled' && verdict.exitCode === exitCode;
    // A child that ran out of memory and a shell that went on is the command's own affair, whatever the cluster says.
    if (isOom && exitCode === 137)
      return { type: 'killed', reason: verdict.reason, message: verdict.message, ...recorded };
    return bySpool;
  }
  // The container was made, and its first program could not be: nothing of the command can have run.
  const isUnmade = verdict.type === 'refused' && verdict.reason === startError && startedAt === undefined;
  if (isUnmade || (verdict.type === 'refused' && !run.mayHaveBegun)) {
    return { type: 'refused', reason: verdict.reason, message: verdict.message };
  }
  if (!run.mayHaveBegun || (run.factsAreLast && startedAt === undefined)) {
    return neverBegan(run, pod, events, verdict);
  }
  if (run.gone && verdict.type !== 'ended') {
    const { reason, message } = whoRemovedIt(pod.pod, events);
    return lost(reason, `${message} It may have run, and the end of its output may be missing.`);
  }
  // Its pod was given up by the cluster, and nobody saw the container end: on a node that is cut off it may still run.
  if (verdict.type === 'ended' && verdict.unseen === true) return lost(verdict.reason, verdict.message);
  // The verdict has compared the times, and knows what came first.
  const word = verdict.type === 'ended' || verdict.type === 'refused' ? verdict : who;
  const exit = verdict.type === 'ended' && verdict.exitCode !== undefined ? { exitCode: verdict.exitCode } : {};
  return {
    type: 'killed',
    reason: word?.reason ?? 'Killed',
    message: word?.message ?? 'It ended without a record of its exit.',
    ...exit,
    ...(startedAt === undefined ? startOf(verdict) : { startedAt }),
  };
}

function neverBegan(run: CommandRun, pod: SeenPod, events: readonly PodEvent[], verdict: PodVerdict): FinalObservation {
  if (run.stopAsked) return { type: 'neverStarted' };
  if (run.facts !== undefined && run.facts.said.length > 0) return couldNotStart(run.facts.said);
  const isRemoved = run.gone || pod.isLeaving;
  const who = isRemoved ? whoRemovedIt(pod.pod, events) : (whoEndedIt(pod.pod, events) ?? wordOf(verdict));
  const { reason, message } = who ?? { reason: 'CouldNotStart', message: 'Its container ended too early.' };
  return { type: 'refused', reason, message: `${message} It had not begun, and nothing ran.` };
}

/** The cluster's word for an end, where it says more than an exit code. */
function wordOf(verdict: PodVerdict): { readonly reason: string; readonly message: string } | undefined {
  const says = verdict.type === 'ended' && verdict.reason !== 'Error' && verdict.reason !== 'Completed';
  return says ? verdict : undefined;
}

function lost(reason: string, message: string): FinalObservation {
  return { type: 'lost', reason, message };
}

function startOf(verdict: ReturnType<typeof judgePod>): { readonly startedAt?: Instant } {
  const at = verdict.type === 'ended' && verdict.startedAt !== undefined ? parseRfc3339(verdict.startedAt) : undefined;
  return at === undefined ? {} : { startedAt: at };
}
