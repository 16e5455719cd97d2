import type { CommandId } from '../../core/command-id.ts';
import type { Instant } from '../../core/instant.ts';
import type { Admit, Launch } from '../../core/launch.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SpoolFacts } from './keeper/facts.ts';
import type { PodPayload } from './pod/payload.ts';
import type { PodEvent } from './reasons/pod-shape.ts';
import { isAsNewAs, keeperNeverRan, type SeenPod } from './seen-pod.ts';

const wokenUp = new Error('there is news');

/** Why a command can never start. */
export interface StartRefusal {
  readonly reason: string;
  readonly message: string;
}

/** What this process was told when it was asked to start the command. */
export interface Start {
  readonly admit: Admit;
  /** The uid of the pod that an earlier worker was admitted with. */
  readonly means: string | undefined;
  readonly payload: PodPayload;
}

/**
 * All that this process knows of one command: its pod as the watch shows it, what the spool says, what was asked. Those
 * who read, watch and stop it meet here and wait for each other's news. Nothing in it is a record: another process finds
 * out the same from the cluster.
 */
export class CommandRun {
  readonly commandId: CommandId;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #pod: SeenPod | undefined;
  #gone = false;
  #podKnown = false;
  /** What the cluster's events last said of the pod. */
  events: readonly PodEvent[] = [];
  /** Whether a list has come in that it is not in. */
  missed = false;
  /** Whether it is being destroyed, so that nothing more is read. */
  destroyed = false;
  /** How many calls work on it at the moment. */
  users = 0;
  start: Start | undefined;
  /** What to make a pod from again, where that is still allowed. */
  launch: Launch | undefined;
  refusal: StartRefusal | undefined;
  began: Instant | undefined;
  /** All that a read or a look of the spool said at its end. */
  facts: SpoolFacts | undefined;
  /** Whether the facts are from after the end of the container, so that nothing can be added to them. */
  factsAreLast = false;
  /** Since when the facts wait for the cluster's word, by the clock that never jumps. */
  factsAtMs: number | undefined;
  /** How many read the spool, or wait to, and will bring its facts. */
  readers = 0;
  /** Since when nobody reads it. */
  unreadSinceMs: number | undefined;
  /** How many execs of this process may have opened the gate. Only an exec that is known never to have run counts no more. */
  opens = 0;
  /** What keeps this process from reading in the pod, and may pass. */
  unreadable: StartRefusal | undefined;
  /** Whether the gate must not be opened by this process any more. */
  closed = false;
  /** Whether this process was asked to stop the command. */
  stopAsked = false;
  /** The making of a pod that holds the command's name. It goes on when those who wait for it do not. */
  barring: Promise<void> | undefined;
  /** Whether it is proven that the command never began, and never will. */
  barred = false;
  /** When this process first saw, or made, the pod, and when it saw it on a node; by the clock that never jumps. */
  seenAtMs: number | undefined;
  scheduledAtMs: number | undefined;
  admission: Promise<void> | undefined;
  /** The uid of the pod that this process was admitted with. */
  admittedUid: string | undefined;
  /** How often the cluster refused to create the pod for a reason that may pass: since when. */
  readonly hinderedSinceMs = new Map<string, number>();
  /** How often a new pod was made because a node would not take the one before. */
  replaced = 0;

  constructor(commandId: CommandId, clock: Clock) {
    this.commandId = commandId;
    this.#clock = clock;
  }

  /** The pod as it was last seen, also after it is gone. */
  get pod(): SeenPod | undefined {
    return this.#pod;
  }

  /** Whether the pod that was seen is known to be gone. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Whether it is known that there is a pod, or that there is none. */
  get podKnown(): boolean {
    return this.#podKnown;
  }

  /**
   * Takes the pod as a request was answered, unless the watch has told as much by now. It comes over another connection
   * and tells nothing twice: what an older answer covered up would stay hidden until the pod changes again.
   */
  answered(pod: SeenPod): void {
    if (this.#pod === undefined || !isAsNewAs(this.#pod, pod)) this.saw(pod);
  }

  /** Takes the pod as it stands. A stopped pod's late news says nothing about a new one of that name. */
  saw(pod: SeenPod): void {
    const other = this.#pod !== undefined && this.#pod.uid !== pod.uid;
    if (other) this.scheduledAtMs = undefined;
    this.#pod = pod;
    this.#podKnown = true;
    this.#gone = false;
    this.seenAtMs ??= this.#clock.monotonicMs();
    if (pod.pod.spec?.nodeName !== undefined) this.scheduledAtMs ??= this.#clock.monotonicMs();
    this.tell();
  }

  /** The pod is gone; `last` is how it was last seen. */
  lost(last?: SeenPod): void {
    if (last !== undefined && this.#pod !== undefined && last.uid !== this.#pod.uid) return;
    if (last !== undefined) this.#pod = last;
    this.#podKnown = true;
    this.#gone = this.#pod !== undefined;
    this.tell();
  }

  /** Forgets the pod, which was taken away to make room for another one. */
  forgetPod(): void {
    this.#pod = undefined;
    this.#gone = false;
    this.seenAtMs = undefined;
    this.scheduledAtMs = undefined;
    this.facts = undefined;
    this.factsAreLast = false;
    // That the former one was not to be begun in says nothing of the next, but where it was a stop that said so.
    this.closed &&= this.stopAsked;
  }

  /** Whether this process may have opened the gate. */
  get mayBeOpen(): boolean {
    return this.opens > 0;
  }

  /** The uid of the only pod that the command may begin in: the one that somebody was admitted with, else the one that is seen. */
  get podUid(): string {
    return this.start?.means ?? this.admittedUid ?? this.#pod?.uid ?? '';
  }

  /** Whether the pod is there and is the one that the command may begin in. */
  get isUsable(): boolean {
    if (this.#pod === undefined || this.#gone || this.#pod.isBar) return false;
    return this.#pod.uid === this.podUid;
  }

  /** Whether the command may have begun. False only where it is known that it has not, and cannot without this process. */
  get mayHaveBegun(): boolean {
    if (this.began !== undefined || this.facts?.began !== undefined || this.mayBeOpen) return true;
    if (this.#pod !== undefined && keeperNeverRan(this.#pod, this.events)) return false;
    return this.start === undefined || this.start.means !== undefined;
  }

  /** Whether it still waits to begin, as far as anybody here has seen. */
  get isWaiting(): boolean {
    return this.began === undefined && this.facts === undefined && this.refusal === undefined && !this.destroyed;
  }

  /** Whether nobody but this process could have let the command begin, and it has not even asked to be admitted. */
  get isUntouched(): boolean {
    return this.start !== undefined && this.start.means === undefined && this.admission === undefined;
  }

  /** Whether the gate is shut as long as this process does not open it: nobody else was admitted. */
  get isShut(): boolean {
    return this.start !== undefined && this.start.means === undefined && !this.mayBeOpen;
  }

  /** Whether this process may make another pod in place of one that is gone, so that nobody need give the command up. */
  get isReplaceable(): boolean {
    return this.launch !== undefined && this.isUntouched && !this.mayHaveBegun && !this.stopAsked;
  }

  /** Whether its pod was taken away to make room for another one, which is not there yet. */
  get isBetweenPods(): boolean {
    return this.#podKnown && this.#pod === undefined && this.replaced > 0 && this.isReplaceable;
  }

  /** Whether the command may have begun in a pod that this process is not able to find any more. */
  get isMissing(): boolean {
    return this.#podKnown && this.#pod === undefined && (this.start === undefined || this.start.means !== undefined);
  }

  /** The command is on its way: what it was made from is needed no more, and may be many megabytes. */
  letGo(): void {
    this.launch = undefined;
    if (this.start !== undefined) this.start = { ...this.start, payload: { from: 'inline', text: '' } };
  }

  /** Wakes everybody who waits for news. */
  tell(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Waits for news, for the time to be over, or for the signal; the caller looks again in each case. */
  async next(limitMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    // No composite signal: each of many commands comes by here several times a second.
    const over = new AbortController();
    const wake = (): void => over.abort(wokenUp);
    this.#waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    try {
      await this.#clock.sleep(limitMs, over.signal);
    } finally {
      this.#waiting.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }
}
