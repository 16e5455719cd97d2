import { type EndReason, endReasons } from './end-reasons.ts';
import { eventsOf, firstSeen, instantOf } from './pod-events.ts';
import type { Pod, PodCondition, PodEvent } from './pod-shape.ts';
import { sentence } from './sentence.ts';

/** What to do where the cluster does not say enough to judge by. */
export const lookFirst = 'Look at what the command had done by then before you repeat it.';

/** What takes a pod away, in the cluster's words. */
export interface Doom {
  /** One of ours, or the cluster's own where it is not in the table. */
  readonly word: string;
  readonly said: readonly (string | undefined)[];
  /** When it began, in milliseconds of the cluster's clock, where that is told. */
  readonly sinceMs: number | undefined;
}

/**
 * Tells whether and why the cluster is taking a pod away or has ended it: the word for a command that was told to stop
 * by something other than Longarm. Undefined where nothing says so. For a pod that Longarm itself deletes it answers
 * `PodDeleted`, so do not ask then.
 */
export function whoEndedIt(pod: Pod, events: readonly PodEvent[]): { reason: string; message: string } | undefined {
  const doom = doomOf(pod, events) ?? notReady(pod, events);
  return doom && { reason: doom.word, message: doomMessage(doom) };
}

/**
 * The same for a pod that is gone: `PodDeleted` where nothing says more.
 * @param last what a watch's DELETED event carries, else the pod as last seen; undefined when it never was
 */
export function whoRemovedIt(last: Pod | undefined, events: readonly PodEvent[]): { reason: string; message: string } {
  const doom = (last && (doomOf(last, events) ?? notReady(last, events))) ?? {
    word: 'PodDeleted',
    said: [],
    sinceMs: undefined,
  };
  return { reason: doom.word, message: doomMessage(doom) };
}

/** The message of a doom: the cluster's sentences, then what to do. */
export function doomMessage({ word, said }: Doom): string {
  return sentence(said, isEndReason(word) ? endReasons[word].todo : lookFirst);
}

/** What takes the pod away; a node that does not answer is not among it, for the command may still run there. */
export function doomOf(pod: Pod, events: readonly PodEvent[]): Doom | undefined {
  const own = eventsOf(pod, events);
  const disruption = pod.status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  return byStatus(pod, own, disruption) ?? byDisruption(own, disruption) ?? byEvent(own) ?? byDeletion(pod);
}

/** `status.reason` as the word of our table: `Terminated` is ours for something else, and the others are older names. */
const statusWords: Readonly<Record<string, EndReason>> = {
  Evicted: 'Evicted',
  DeadlineExceeded: 'DeadlineExceeded',
  NodeLost: 'NodeLost',
  NodeShutdown: 'NodeShutdown',
  Shutdown: 'NodeShutdown',
  Terminated: 'NodeShutdown',
  Preempting: 'Preempted',
};

function byStatus(pod: Pod, own: readonly PodEvent[], disruption: PodCondition | undefined): Doom | undefined {
  const { reason, message } = pod.status ?? {};
  const word = reason === undefined ? undefined : statusWords[reason];
  if (word === undefined) return undefined;
  const event = own.find((each) => each.reason === reason);
  const saidMs = event && (instantOf(event.firstTimestamp) ?? firstSeen(event));
  const sinceMs = instantOf(disruption?.lastTransitionTime) ?? saidMs ?? deadlineOf(pod, word);
  return { word, said: [message, disruption?.message], sinceMs };
}

/** When `activeDeadlineSeconds` ran out. A command may have ended long before, and only the keeper waited for it. */
function deadlineOf({ spec, status }: Pod, word: EndReason): number | undefined {
  const startMs = instantOf(status?.startTime);
  if (word !== 'DeadlineExceeded' || startMs === undefined || spec?.activeDeadlineSeconds === undefined)
    return undefined;
  return startMs + spec.activeDeadlineSeconds * 1000;
}

function byDisruption(own: readonly PodEvent[], disruption: PodCondition | undefined): Doom | undefined {
  if (disruption === undefined) return undefined;
  const { message, lastTransitionTime } = disruption;
  const word = disruptionWord(disruption);
  const preempted = own.find(({ reason }) => word === 'Preempted' && reason === 'Preempted');
  return { word, said: [message, preempted?.message], sinceMs: instantOf(lastTransitionTime) };
}

function disruptionWord({ reason = 'DisruptionTarget', message = '' }: PodCondition): string {
  if (reason === 'EvictionByEvictionAPI') return 'Evicted';
  if (reason === 'PreemptionByScheduler') return 'Preempted';
  if (reason !== 'TerminationByKubelet') return reason;
  if (/node shutdown/i.test(message)) return 'NodeShutdown';
  return /preempted/i.test(message) ? 'Preempted' : 'Evicted';
}

/** Events of what has no trace in the pod yet: while a deadline's TERM works, the pod says nothing of the deadline. */
const eventWords: Readonly<Record<string, EndReason>> = {
  DeadlineExceeded: 'DeadlineExceeded',
  Evicted: 'Evicted',
  Preempted: 'Preempted',
  TaintManagerEviction: 'DeletionByTaintManager',
  NodeShutdown: 'NodeShutdown',
};

function byEvent(own: readonly PodEvent[]): Doom | undefined {
  for (const event of own) {
    const word = event.reason === undefined ? undefined : eventWords[event.reason];
    if (word === undefined) continue;
    // A taint manager that thinks better of it says so under the same name.
    if (/^Cancelling deletion/i.test(event.message ?? '')) continue;
    return { word, said: [event.message], sinceMs: instantOf(event.firstTimestamp) ?? firstSeen(event) };
  }
  return undefined;
}

function byDeletion({ metadata }: Pod): Doom | undefined {
  const endMs = instantOf(metadata?.deletionTimestamp);
  if (endMs === undefined) return undefined;
  return { word: 'PodDeleted', said: [], sinceMs: endMs - (metadata?.deletionGracePeriodSeconds ?? 0) * 1000 };
}

/** A node that went silent: nothing was heard of the pod after that. It may come back. */
function notReady(pod: Pod, events: readonly PodEvent[]): Doom | undefined {
  const event = eventsOf(pod, events).at(-1);
  const isReady = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  if (event?.reason !== 'NodeNotReady' || isReady) return undefined;
  return { word: 'NodeNotReady', said: [event.message], sinceMs: firstSeen(event) };
}

function isEndReason(word: string): word is EndReason {
  return Object.hasOwn(endReasons, word);
}
