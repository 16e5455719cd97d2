import type { CommandId } from '../../core/command-id.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KubernetesClient, WatchSink } from './client/kubernetes-client.ts';
import { seePod, type SeenPod } from './seen-pod.ts';

/** Who wants to hear of one command's pod. */
export interface PodListener {
  /** The pod is there, as given. */
  saw(pod: SeenPod): void;
  /** The pod was deleted; this was its last state. */
  deleted(pod: SeenPod): void;
  /** A whole list has come in which it is not. It may have been made since: whoever must know asks for it. */
  missing(): void;
}

/** How long the watch goes on when nobody listens, so that commands that follow each other share one. */
const idleMs = 30_000;

/**
 * One watch on all pods of a cluster's commands, for as long as somebody listens. It says nothing that a listener could
 * not have asked for; it only spares them to ask.
 */
export class PodsWatch {
  readonly #client: KubernetesClient;
  readonly #clock: Clock;
  readonly #list: { readonly path: string; readonly labelSelector: string };
  readonly #listeners = new Map<CommandId, PodListener>();
  readonly #pods = new Map<CommandId, SeenPod>();
  #watching: AbortController | undefined;
  #ending: AbortController | undefined;
  #listed = false;
  /** Why the cluster could not be watched the last time; `undefined` while it can. */
  trouble: string | undefined;
  troubledSinceMs: number | undefined;

  constructor(client: KubernetesClient, clock: Clock, list: { readonly path: string; readonly labelSelector: string }) {
    this.#client = client;
    this.#clock = clock;
    this.#list = list;
  }

  /** Tells the listener how the pod stands, now or when it is first known, and every change. One for each command. */
  listen(commandId: CommandId, listener: PodListener): void {
    this.#ending?.abort(new Error('somebody listens'));
    this.#ending = undefined;
    this.#listeners.set(commandId, listener);
    if (this.#watching === undefined) this.#begin();
    else if (this.#listed) {
      const pod = this.#pods.get(commandId);
      if (pod === undefined) listener.missing();
      else listener.saw(pod);
    }
  }

  /** Tells the listener nothing more. */
  unlisten(commandId: CommandId): void {
    this.#listeners.delete(commandId);
    if (this.#listeners.size > 0 || this.#watching === undefined || this.#ending !== undefined) return;
    const ending = new AbortController();
    this.#ending = ending;
    const endIfIdle = async (): Promise<void> => {
      await this.#clock.sleep(idleMs, ending.signal);
      if (!ending.signal.aborted) this.end();
    };
    void endIfIdle().catch(() => this.end());
  }

  /** Ends the watch. Whoever listens next begins a new one. */
  end(): void {
    this.#ending?.abort(new Error('the watch ends'));
    this.#ending = undefined;
    this.#watching?.abort(new Error('nobody listens'));
    this.#watching = undefined;
    this.#pods.clear();
    this.#listed = false;
    // How it stood with the cluster then says nothing of how it will.
    this.trouble = undefined;
    this.troubledSinceMs = undefined;
  }

  #begin(): void {
    const watching = new AbortController();
    this.#watching = watching;
    const current = (work: () => void): void => {
      if (this.#watching === watching) work();
    };
    const sink: WatchSink = {
      listed: (objects) => current(() => this.#take(objects.map(seePod))),
      changed: (object) => current(() => this.#saw(seePod(object))),
      deleted: (object) => current(() => this.#deleted(seePod(object))),
      failed: (error) =>
        current(() => {
          this.trouble = error instanceof Error ? error.message : String(error);
          this.troubledSinceMs ??= this.#clock.monotonicMs();
        }),
    };
    this.#client.watch(this.#list, sink, watching.signal).catch((error: unknown) => sink.failed(error));
  }

  #take(pods: readonly SeenPod[]): void {
    this.trouble = undefined;
    this.troubledSinceMs = undefined;
    this.#listed = true;
    this.#pods.clear();
    for (const pod of pods) this.#saw(pod);
    for (const [commandId, listener] of this.#listeners) if (!this.#pods.has(commandId)) listener.missing();
  }

  #saw(pod: SeenPod): void {
    const { commandId } = pod;
    if (commandId === undefined) return;
    this.#pods.set(commandId, pod);
    this.#listeners.get(commandId)?.saw(pod);
  }

  #deleted(pod: SeenPod): void {
    const { commandId } = pod;
    if (commandId === undefined) return;
    this.#pods.delete(commandId);
    this.#listeners.get(commandId)?.deleted(pod);
  }
}
