import type { CommandId } from '../../core/command-id.ts';
import { type FinalObservation, isFinal, type Observation } from '../../core/observation.ts';
import { StartHindered } from '../../ports/executor.ts';
import type { CommandRun } from './command-run.ts';
import { concludeFromPod, concludeFromSpool } from './conclude.ts';
import { EventsOfPod } from './events-of-pod.ts';
import { noted } from './noted.ts';
import { startBar } from './keeper/stop-script.ts';
import { commandContainer, keeperContainer } from './names.ts';
import { spoolDirectory } from './pod/build-pod.ts';
import { whoEndedIt } from './reasons/doomed.ts';
import { mayDoElsewhere } from './reasons/ending.ts';
import { judgeKeeper } from './reasons/judge-keeper.ts';
import { judgePod } from './reasons/judge-pod.ts';
import type { PodVerdict } from './reasons/pod-verdict.ts';
import { replacePod } from './start-pod.ts';
import { enter, type KubernetesRoom, leave, podKnown, refresh } from './room.ts';
import { standingOf, hasEnded } from './seen-pod.ts';
import { readSpoolOnce } from './spool-exec.ts';
import { tellInPod } from './tell-in-pod.ts';

/** How long the one who reads the spool may take to bring its facts once the cluster says that the command is over. */
const readersTurnMs = 3000;
/** How long the cluster may take to say whether a recorded 137 was its own doing. */
const clustersWordMs = 4000;
/** How often a pod that waits is judged anew: graces run out without news. */
const judgeEveryMs = 1000;
/** How long the cluster may be out of reach before the user is told. */
const troubleMs = 3000;
/** How often a pod that a node would not take is made again. */
const mostReplacements = 3;
/** How often the spool is looked into that nobody reads. */
const lookUnreadMs = 1000;
/** Between two looks into the spool that failed. */
const lookAgainMs = 500;

/** Yields how a command stands and each change, to the end. */
export async function* observeCommand(
  room: KubernetesRoom,
  commandId: CommandId,
  signal: AbortSignal,
): AsyncGenerator<Observation, void> {
  const run = enter(room, commandId);
  try {
    await podKnown(room, run, signal);
    const events = new EventsOfPod(room);
    let told: string | undefined;
    let begun = false;
    let overSinceMs: number | undefined;
    for (;;) {
      signal.throwIfAborted();
      const now = room.clock.monotonicMs();
      if (isOverByPod(run)) overSinceMs ??= now;
      const seen = await see(room, run, events, overSinceMs === undefined ? 0 : now - overSinceMs, signal);
      if (seen !== undefined && isFinal(seen)) {
        // Whoever waits for another pod to read from waits in vain.
        if (seen.type === 'refused') {
          run.refusal ??= { reason: seen.reason, message: seen.message };
          // Nobody has asked for them yet where it was refused at once.
          await events.of(run, signal);
        }
        yield noted(run, seen);
        return;
      }
      if (run.began !== undefined && !begun) {
        begun = true;
        yield { type: 'started', startedAt: run.began };
      } else if (seen?.type === 'pending' && !begun) {
        // The cluster's events come later than its word, and more of them while the word stays.
        const pending = noted(run, seen);
        const telling = JSON.stringify(pending);
        if (telling !== told) yield pending;
        told = telling;
      }
      await run.next(overSinceMs === undefined ? judgeEveryMs : lookAgainMs, signal);
    }
  } finally {
    leave(room, run);
  }
}

/** Whether the cluster says that the command's container is over. */
function isOverByPod(run: CommandRun): boolean {
  const { pod } = run;
  return pod !== undefined && (run.gone || hasEnded(pod) || standingOf(pod, commandContainer) === 'terminated');
}

async function see(
  room: KubernetesRoom,
  run: CommandRun,
  events: EventsOfPod,
  overMs: number,
  signal: AbortSignal,
): Promise<Observation | undefined> {
  if (run.refusal !== undefined) return { type: 'refused', ...run.refusal };
  if (run.barred || (run.pod !== undefined && run.pod.isBar)) return { type: 'neverStarted' };
  const bySpool = concludeFromSpool(run);
  if (bySpool !== undefined) {
    if (!needsClustersWord(run, bySpool)) return bySpool;
    run.factsAtMs ??= room.clock.monotonicMs();
    if (!isOverByPod(run) && run.pod?.isLeaving !== true) {
      if (room.clock.monotonicMs() - run.factsAtMs <= clustersWordMs) return undefined;
      // What the watch has not brought by then is asked for: where there is no answer the spool's word stands.
      await refresh(room, run, signal).catch(() => signal.throwIfAborted());
    }
    return concludeFromPod(run, await events.of(run, signal), bySpool);
  }
  if (isOverByPod(run)) return await seeEnd(room, run, events, overMs, signal);
  if (await isUnread(room, run, signal)) return concludeFromSpool(run);
  if (run.isBetweenPods) return await seeReplaced(room, run, signal);
  if (run.isMissing) {
    return { type: 'lost', reason: 'PodDeleted', message: 'It has no pod in the cluster. It may have run.' };
  }
  if (run.pod !== undefined && !run.isUsable && !run.gone) {
    return { type: 'lost', reason: 'PodDeleted', message: 'The pod that it may have begun in is gone.' };
  }
  return await seeWaiting(room, run, events, signal);
}

/** Whether it was ended by a signal that was not ours: only the cluster knows whose, and says so a moment later. */
function needsClustersWord(run: CommandRun, seen: FinalObservation): boolean {
  return seen.type === 'exited' && (seen.exitCode === 137 || seen.cause === 'stop') && !run.stopAsked;
}

/** The command is over, and no record of its end has come yet. */
async function seeEnd(
  room: KubernetesRoom,
  run: CommandRun,
  events: EventsOfPod,
  overMs: number,
  signal: AbortSignal,
): Promise<Observation | undefined> {
  const { pod } = run;
  if (pod === undefined) return undefined;
  const readable = !run.gone && !hasEnded(pod) && standingOf(pod, keeperContainer) === 'running';
  if (readable) {
    if (run.readers > 0 && overMs < readersTurnMs) return undefined;
    await look(room, run, signal);
    const recorded = concludeFromSpool(run);
    if (recorded !== undefined) return concludeFromPod(run, await events.of(run, signal), recorded);
    if (!run.factsAreLast) return undefined;
  }
  const verdict = judgePod({
    pod: pod.pod,
    events: await events.of(run, signal),
    pendingMs: room.clock.monotonicMs() - (run.seenAtMs ?? 0),
    commandContainer,
  });
  // A pod that vanishes before its time may have had an owner that is no more.
  if (run.gone) room.anchor.forget();
  const wasTaken = run.gone || pod.isLeaving || whoEndedIt(pod.pod, run.events) !== undefined;
  // That nothing has begun is known here without the cluster's word for it: nobody was admitted.
  const mayDo = wasTaken || (verdict.type === 'ended' ? mayDoElsewhere(verdict.reason) : isTurnedAway(verdict));
  if (mayDo && run.isReplaceable && run.replaced < mostReplacements) return await seeReplaced(room, run, signal);
  return concludeFromPod(run, run.events, undefined);
}

function isTurnedAway(verdict: PodVerdict): boolean {
  return verdict.type === 'refused' && verdict.retryPod;
}

/** Makes another pod. What hinders that is told, and it is tried again at the next look. */
async function seeReplaced(
  room: KubernetesRoom,
  run: CommandRun,
  signal: AbortSignal,
): Promise<Observation | undefined> {
  try {
    await replacePod(room, run, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof StartHindered)) throw error;
    return { type: 'pending', reason: error.reason, message: error.message };
  }
}

/** Where nobody reads the spool for a while, whose facts would tell of the end, it is looked into. @returns whether it was. */
async function isUnread(room: KubernetesRoom, run: CommandRun, signal: AbortSignal): Promise<boolean> {
  const now = room.clock.monotonicMs();
  if (run.readers > 0 || run.pod === undefined || standingOf(run.pod, keeperContainer) !== 'running') {
    run.unreadSinceMs = undefined;
    return false;
  }
  run.unreadSinceMs ??= now;
  if (now - run.unreadSinceMs < lookUnreadMs) return false;
  run.unreadSinceMs = now;
  await look(room, run, signal);
  return true;
}

/** Asks the spool directory itself. What fails is tried again: only the pod's own end makes it useless. */
async function look(room: KubernetesRoom, run: CommandRun, signal: AbortSignal): Promise<void> {
  const isLast = run.pod !== undefined && standingOf(run.pod, commandContainer) === 'terminated';
  const listener = { bytes: async () => {}, began: () => {}, hello: () => {} };
  try {
    run.facts = await readSpoolOnce(room, run, 'look', 0, listener, signal);
    run.began ??= run.facts.began;
    run.factsAreLast = isLast;
  } catch {
    // The reason shows in the pod, or the next look has one.
    signal.throwIfAborted();
  }
}

/** The command has not begun as far as anybody knows: why, and whether it still can. */
async function seeWaiting(
  room: KubernetesRoom,
  run: CommandRun,
  events: EventsOfPod,
  signal: AbortSignal,
): Promise<Observation | undefined> {
  if (run.began !== undefined) return undefined;
  const { trouble, troubledSinceMs } = room.watch;
  if (trouble !== undefined && room.clock.monotonicMs() - (troubledSinceMs ?? 0) > troubleMs) {
    return { type: 'pending', reason: 'ClusterUnreachable', message: trouble };
  }
  const { pod, unreadable } = run;
  if (pod === undefined || run.seenAtMs === undefined) return undefined;
  if (unreadable !== undefined) return { type: 'pending', ...unreadable };
  const keeper = judgeKeeper(pod.pod, keeperContainer);
  if (keeper !== undefined && !run.mayHaveBegun) {
    // Only through it can the gate be opened.
    run.closed = true;
    return { type: 'refused', ...keeper };
  }
  const pendingMs = room.clock.monotonicMs() - run.seenAtMs;
  const verdict = judgePod({
    pod: pod.pod,
    events: await events.whenDue(run, pendingMs, signal),
    pendingMs,
    commandContainer,
  });
  switch (verdict.type) {
    case 'nothing':
    case 'ended':
      return undefined;
    case 'pending':
      return { type: 'pending', reason: verdict.reason, message: verdict.message };
    case 'refused': {
      const { reason, message } = verdict;
      // It can never start is only true when nobody lets it begin any more.
      run.closed = true;
      if (run.mayHaveBegun) {
        // Its gate may be open by now; then its supervisor must be kept from starting before anybody is told.
        if ((await tellInPod(room, run, keeperContainer, startBar(spoolDirectory), signal)) !== 'barred') {
          return { type: 'pending', reason, message };
        }
        run.refusal = { reason, message };
        return { type: 'refused', reason, message };
      }
      return { type: 'refused', reason, message };
    }
  }
}
