import type { CommandRun } from './command-run.ts';
import { parsePodEvent } from './reasons/parse-pod.ts';
import type { PodEvent } from './reasons/pod-shape.ts';
import { countWaiting, type KubernetesRoom, pathOf } from './room.ts';

/** How long a pod may take to start before its events are asked for, and how often they are then, in milliseconds. */
const patienceMs = 2000;
const askEveryMs = 3000;
/** How often the events of some pod are asked for at most where many wait; each of them then has its answer later, … */
const betweenMs = 500;
/** … but no later than this. */
const mostPatienceMs = 30_000;

/** The events of one command's pod, asked for only where something is slow or has gone wrong. */
export class EventsOfPod {
  readonly #room: KubernetesRoom;
  #askedAtMs = -Infinity;

  constructor(room: KubernetesRoom) {
    this.#room = room;
  }

  /** What the cluster says now. Never a reason to fail: without the events the pod's own words must do. */
  async of(run: CommandRun, signal: AbortSignal): Promise<readonly PodEvent[]> {
    const uid = run.pod?.uid;
    if (uid === undefined || this.#room.clock.monotonicMs() - this.#askedAtMs < 1000) return run.events;
    this.#askedAtMs = this.#room.clock.monotonicMs();
    try {
      const answer = await this.#room.client.request(
        {
          method: 'GET',
          path: pathOf(this.#room, 'events'),
          query: { fieldSelector: `involvedObject.uid=${uid}`, limit: '100' },
          deadlineMs: 5000,
        },
        signal,
      );
      const { items = [] } = answer as { readonly items?: readonly unknown[] };
      run.events = items.map(parsePodEvent);
    } catch {
      signal.throwIfAborted();
    }
    return run.events;
  }

  /** As `of`, for a pod that still waits: not before it is late, and the less often the more of them wait. */
  async whenDue(run: CommandRun, pendingMs: number, signal: AbortSignal): Promise<readonly PodEvent[]> {
    const inTurnMs = Math.min(betweenMs * countWaiting(this.#room), mostPatienceMs);
    const sinceMs = this.#room.clock.monotonicMs() - this.#askedAtMs;
    const due = pendingMs > Math.max(patienceMs, inTurnMs) && sinceMs > Math.max(askEveryMs, inTurnMs);
    return due ? await this.of(run, signal) : run.events;
  }
}
