import type { CommandId } from '../../core/command-id.ts';
import { isNotFound, KubernetesError } from './client/kubernetes-error.ts';
import type { CommandRun } from './command-run.ts';
import { objectName } from './names.ts';
import { enter, forget, type KubernetesRoom, leave, pathOf, podKnown, refresh } from './room.ts';
import { isOver, type SeenPod } from './seen-pod.ts';

/** How long a node may take to end a pod whose command may still run, in milliseconds. */
const endMs = 30_000;

/**
 * Removes a command's pod, with what it may still run, and its Secret. Where the command is over that is one request;
 * where it may run, its node must say that it does not any more before the pod may be forgotten.
 * @throws when the node does not say so in time: the pod is marked for deletion, and may still run.
 */
export async function destroyCommand(room: KubernetesRoom, commandId: CommandId, signal: AbortSignal): Promise<void> {
  const run = enter(room, commandId);
  run.destroyed = true;
  run.tell();
  try {
    await run.barring?.catch(() => undefined); // Where it failed there is nothing of it to remove, or the sweep finds it.
    if (run.pod === undefined || run.gone) await podKnown(room, run, signal);
    // A bar stands where a start had perhaps come as far as its Secret.
    const hadSecret = run.pod === undefined || run.pod.isBar || run.pod.hasSecret;
    if (run.pod !== undefined && !run.gone) await deletePod(room, run, run.pod, signal);
    if (hadSecret) await remove(room, 'secrets', commandId, {}, signal);
  } finally {
    leave(room, run);
  }
  forget(room, run);
}

async function deletePod(room: KubernetesRoom, run: CommandRun, pod: SeenPod, signal: AbortSignal): Promise<void> {
  const preconditions = { uid: pod.uid };
  const name = run.facts?.record?.name;
  // A supervisor that has recorded the end has ended everything it started.
  const recorded = name === 'exit' || name === 'broken' || name === 'severed' || name === 'unbegun';
  if (recorded || isOver(pod)) {
    await remove(room, 'pods', run.commandId, { gracePeriodSeconds: 0, preconditions }, signal);
    return;
  }
  await remove(room, 'pods', run.commandId, { gracePeriodSeconds: 1, preconditions }, signal);
  const deadlineMs = room.clock.monotonicMs() + endMs;
  while (!run.gone && run.pod?.uid === pod.uid) {
    const leftMs = deadlineMs - room.clock.monotonicMs();
    if (leftMs <= 0) {
      const node = pod.pod.spec?.nodeName ?? 'its node';
      throw new Error(`The pod of command ${run.commandId} was deleted, and ${node} has not said that it ended.`);
    }
    await run.next(Math.min(leftMs, 2000), signal);
    signal.throwIfAborted();
    await refresh(room, run, signal);
  }
}

async function remove(
  room: KubernetesRoom,
  kind: 'pods' | 'secrets',
  commandId: CommandId,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  const path = pathOf(room, kind, objectName(commandId));
  await room.client.request({ method: 'DELETE', path, body }, signal).catch((error: unknown) => {
    // Gone, or another one by now, which somebody else answers for.
    if (!isNotFound(error) && !(error instanceof KubernetesError && error.code === 409)) throw error;
  });
}
