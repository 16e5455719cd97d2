import { toSeconds } from '../supervisor/supervisor-argv.ts';
import { unlessAborted } from '../unless-aborted.ts';
import type { CommandId } from '../../core/command-id.ts';
import { isAlreadyExists, isNotFound, KubernetesError } from './client/kubernetes-error.ts';
import type { CommandRun } from './command-run.ts';
import { EventsOfPod } from './events-of-pod.ts';
import { stopOrder, termOrder } from './keeper/stop-script.ts';
import { commandContainer, keeperContainer, objectName } from './names.ts';
import { buildBar, spoolDirectory } from './pod/build-pod.ts';
import { type KubernetesRoom, pathOf, podKnown, refresh, withRun } from './room.ts';
import { hasEnded, seePod, type SeenPod, standingOf } from './seen-pod.ts';
import { podSettings } from './start-pod.ts';
import { tellInPod } from './tell-in-pod.ts';

const firstGapMs = 50;
const longestGapMs = 1000;
/** How long it is tried to bar a start that nobody can make any more, in milliseconds. */
const barMs = 2000;
/** How long the API server may take to answer to a bar that was sent, in milliseconds. */
const barAnswerMs = 35_000;
/** How long a pod on a node may take until its keeper runs before it counts as stuck, in milliseconds. */
const startingMs = 20_000;

/**
 * Stops a command, or bars it from ever beginning. Which of the two is decided where only one can win: in the spool
 * directory where the keeper runs, else by the name of the pod.
 */
export function stopCommand(
  room: KubernetesRoom,
  commandId: CommandId,
  graceMs: number,
  signal: AbortSignal,
): Promise<void> {
  return withRun(room, commandId, async (run) => {
    run.stopAsked = true;
    // Nobody but this process could have opened it: not to do so is enough, whatever the cluster makes of the rest.
    if (run.isShut) {
      run.closed = true;
      await barForOthers(room, run, graceMs, signal);
      run.barred = !run.mayBeOpen;
      run.tell();
      if (run.barred) return;
    }
    await podKnown(room, run, signal);
    let gapMs = firstGapMs;
    while (!(await tryToStop(room, run, graceMs, signal))) {
      await run.next(gapMs, signal);
      signal.throwIfAborted();
      gapMs = Math.min(gapMs * 2, longestGapMs);
    }
    run.tell();
  });
}

/** Bars the start where other processes look as well. It only spares them a pod that never begins, so it may fail. */
async function barForOthers(
  room: KubernetesRoom,
  run: CommandRun,
  graceMs: number,
  signal: AbortSignal,
): Promise<void> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(barMs)]);
  try {
    await podKnown(room, run, soon);
    await tryToStop(room, run, graceMs, soon);
  } catch {
    signal.throwIfAborted();
  }
}

/** @returns whether there is nothing more to do. */
async function tryToStop(
  room: KubernetesRoom,
  run: CommandRun,
  graceMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { pod } = run;
  if (run.barred || run.refusal !== undefined || run.facts?.record !== undefined) return true;
  if (pod === undefined || run.gone) return await barByName(room, run, signal);
  if (pod.isBar || hasEnded(pod) || standingOf(pod, commandContainer) === 'terminated') return true;
  if (pod.pod.spec?.nodeName !== undefined && (await stopInPod(room, run, graceMs, signal))) return true;
  if (!pod.isLeaving && run.pod?.uid === pod.uid && isStuck(room, run, run.pod)) {
    await deletePending(room, run, pod, signal);
  }
  return false;
}

/** Whether no keeper is about to run in which the start could be barred. */
function isStuck(room: KubernetesRoom, run: CommandRun, pod: SeenPod): boolean {
  const standing = standingOf(pod, keeperContainer);
  if (standing === 'running' || standing === 'terminated') return false;
  return pod.pod.spec?.nodeName === undefined || room.clock.monotonicMs() - (run.scheduledAtMs ?? 0) > startingMs;
}

/** Without a pod: takes its name, so that there will be none. Where there was one, nothing is left to stop. */
async function barByName(room: KubernetesRoom, run: CommandRun, signal: AbortSignal): Promise<boolean> {
  if (run.mayHaveBegun && (run.gone || run.start?.means !== undefined)) return true;
  const { clusterUid } = room.settings;
  const body = buildBar({ commandId: run.commandId, clusterUid }, await podSettings(room, {}, signal));
  signal.throwIfAborted();
  // Nobody can call it back, so it is not given up when the stop is: what it makes is to be seen, and taken away.
  const path = pathOf(room, 'pods');
  run.barring = room.client
    .request({ method: 'POST', path, body }, AbortSignal.timeout(barAnswerMs))
    .then((bar) => run.answered(seePod(bar)));
  try {
    await unlessAborted(run.barring, signal);
    return true;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    await refresh(room, run, signal);
    return false;
  }
}

async function stopInPod(
  room: KubernetesRoom,
  run: CommandRun,
  graceMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const gate = await tellInPod(room, run, keeperContainer, stopOrder(spoolDirectory, toSeconds(graceMs)), signal);
  if (gate === 'barred') {
    run.barred = true;
    return true;
  }
  if (gate !== 'open') return false;
  run.opens += 1;
  // It finds the order when it begins, where it has not yet; then nobody needs to be told.
  return (await tellInPod(room, run, commandContainer, termOrder, signal)) === 'asked';
}

/** A pod whose containers do not run yet: taken away, and its name barred once it is gone. */
async function deletePending(room: KubernetesRoom, run: CommandRun, pod: SeenPod, signal: AbortSignal): Promise<void> {
  run.closed = true;
  // Whether its keeper ever ran is told by them, when nothing else is left to tell it.
  await new EventsOfPod(room).of(run, signal);
  const path = pathOf(room, 'pods', objectName(run.commandId));
  // A pod that has come to a node meanwhile is another matter: its keeper may run by the time it goes.
  const { uid, resourceVersion } = pod;
  const asSeen = pod.pod.spec?.nodeName === undefined && resourceVersion !== undefined ? { resourceVersion } : {};
  const body = { preconditions: { uid, ...asSeen } };
  try {
    await room.client.request({ method: 'DELETE', path, body }, signal);
  } catch (error) {
    if (!isNotFound(error) && !(error instanceof KubernetesError && error.code === 409)) throw error;
  }
  await refresh(room, run, signal);
}
