import type { JsonObject } from '../../core/cluster.ts';
import type { ClusterUid, CommandId } from '../../core/command-id.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Anchor } from './anchor.ts';
import type { KubernetesClient } from './client/kubernetes-client.ts';
import { isNotFound } from './client/kubernetes-error.ts';
import { CommandRun } from './command-run.ts';
import type { ExecTurns } from './exec-turns.ts';
import { objectName } from './names.ts';
import type { PodsWatch } from './pods-watch.ts';
import { seePod } from './seen-pod.ts';

/** How one cluster runs its commands. */
export interface ClusterSettings {
  readonly clusterUid: ClusterUid;
  readonly namespace: string;
  /** `undefined`: a public one of the cluster's own minor version. */
  readonly image: string | undefined;
  /** Of commands for which nobody named one. */
  readonly serviceAccount: string;
  readonly template: JsonObject | undefined;
}

/** What all of the executor's calls work with. */
export interface KubernetesRoom {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly settings: ClusterSettings;
  readonly watch: PodsWatch;
  readonly turns: ExecTurns;
  readonly anchor: Anchor;
  readonly runs: Map<CommandId, CommandRun>;
}

/** The path of an object of a command, or of the collection. */
export function pathOf(
  room: KubernetesRoom,
  kind: 'pods' | 'secrets' | 'configmaps' | 'events',
  name?: string,
): string {
  const collection = `/api/v1/namespaces/${room.settings.namespace}/${kind}`;
  return name === undefined ? collection : `${collection}/${name}`;
}

/** Does `work` with what is known of a command, and listens for news of its pod meanwhile. */
export async function withRun<T>(
  room: KubernetesRoom,
  commandId: CommandId,
  work: (run: CommandRun) => Promise<T>,
): Promise<T> {
  const run = enter(room, commandId);
  try {
    return await work(run);
  } finally {
    leave(room, run);
  }
}

/** Begins to use what is known of a command. Every `enter` has its `leave`. */
export function enter(room: KubernetesRoom, commandId: CommandId): CommandRun {
  const known = room.runs.get(commandId);
  const run = known ?? new CommandRun(commandId, room.clock);
  run.users += 1;
  if (known === undefined) {
    room.runs.set(commandId, run);
    room.watch.listen(commandId, {
      saw: (pod) => run.saw(pod),
      deleted: (pod) => run.lost(pod),
      missing: () => {
        // A list can be older than the pod that this process has just made, so it is no proof: somebody asks.
        run.missed = true;
        if (run.pod !== undefined) void refresh(room, run, AbortSignal.timeout(30_000)).catch(() => run.tell());
        else run.tell();
      },
    });
  }
  return run;
}

/** Ends the use. What a start has left to remember stays until the command is destroyed. */
export function leave(room: KubernetesRoom, run: CommandRun): void {
  run.users -= 1;
  if (run.users === 0 && run.start === undefined) forget(room, run);
}

/** Forgets a command: its pod is gone, or nobody here has to do with it. */
export function forget(room: KubernetesRoom, run: CommandRun): void {
  if (room.runs.get(run.commandId) !== run) return;
  room.runs.delete(run.commandId);
  room.watch.unlisten(run.commandId);
}

/**
 * How many commands wait for their pods, as far as this process has to do with them.
 * @param sinceMs counts those whose pods have come to a node within so many milliseconds; without it, all.
 */
export function countWaiting(room: KubernetesRoom, sinceMs?: number): number {
  const now = room.clock.monotonicMs();
  const counts = (run: CommandRun): boolean =>
    run.users > 0 && run.isWaiting && (sinceMs === undefined || now - (run.scheduledAtMs ?? -Infinity) < sinceMs);
  let count = 0;
  for (const run of room.runs.values()) if (counts(run)) count += 1;
  return count;
}

/** Asks for the pod as it is now. Only a 404 says that there is none. */
export async function refresh(room: KubernetesRoom, run: CommandRun, signal: AbortSignal): Promise<void> {
  const before = run.pod?.uid;
  try {
    const path = pathOf(room, 'pods', objectName(run.commandId));
    run.answered(seePod(await room.client.request({ method: 'GET', path }, signal)));
  } catch (error) {
    if (!isNotFound(error)) throw error;
    // The pod may have been made while the answer was on its way.
    if (run.pod?.uid === before) run.lost();
  }
}

/** Waits until it is known whether there is a pod. */
export async function podKnown(room: KubernetesRoom, run: CommandRun, signal: AbortSignal): Promise<void> {
  // Where it is known that nothing can begin any more, no pod makes a difference.
  if (run.podKnown || run.barred || run.refusal !== undefined) return;
  // The first list of a new watch brings it as fast as a question would, and for all commands at once.
  const deadlineMs = room.clock.monotonicMs() + 2000;
  while (!run.podKnown && !run.missed && room.clock.monotonicMs() < deadlineMs) {
    await run.next(deadlineMs - room.clock.monotonicMs(), signal);
    signal.throwIfAborted();
  }
  if (!run.podKnown) await refresh(room, run, signal);
}
