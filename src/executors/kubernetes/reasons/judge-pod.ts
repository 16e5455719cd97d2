import { doomMessage, doomOf, whoEndedIt } from './doomed.ts';
import { judgeEnding } from './ending.ts';
import { type Hindrance, hindranceOf } from './hindrance.ts';
import { eventsOf } from './pod-events.ts';
import type { PodSight, PodVerdict } from './pod-verdict.ts';
import { problemAge } from './problem-age.ts';
import type { Policy } from './reason-row.ts';
import { sentence } from './sentence.ts';
import { startReasons } from './start-reasons.ts';

/**
 * Tells what a pod and its events say about why its command has not begun, or how the cluster ended it. Pure: the same
 * sight gives the same verdict; only `pendingMs` moves. What the spool says of the command's end comes before this.
 */
export function judgePod(sight: PodSight): PodVerdict {
  const ending = judgeEnding(sight);
  if (ending !== undefined) return ending;
  const { pod, events, commandContainer } = sight;
  const command = pod.status?.containerStatuses?.find(({ name }) => name === commandContainer);
  if (command?.state?.running !== undefined) return { type: 'nothing' };
  // A pod that is taken away before it began will be gone soon, and then that is said; until then this is why it waits.
  const doom = doomOf(pod, events);
  if (doom !== undefined) return { type: 'pending', reason: doom.word, message: doomMessage(doom) };
  const hindrance = hindranceOf(sight);
  if (hindrance !== undefined) return judgeHindrance(sight, hindrance);
  const silence = whoEndedIt(pod, events);
  return silence === undefined ? { type: 'nothing' } : { type: 'pending', ...silence };
}

function judgeHindrance(sight: PodSight, hindrance: Hindrance): PodVerdict {
  const { row, word = row, said, hint, sinceMs } = hindrance;
  const { policy, todo } = startReasons[row];
  const message = sentence(said, hint === undefined ? todo : `${hint} ${todo}`);
  const graceMs = graceOf(policy, sight, withoutNames(said.join(' ')));
  const leftMs = graceMs - problemAge(sight.pod, sight.pendingMs, sinceMs);
  if (leftMs <= 0) return { type: 'refused', reason: word, message, retryPod: false };
  const again = Number.isFinite(leftMs) ? { lookAgainInMs: leftMs } : undefined;
  return { type: 'pending', reason: word, message, ...again };
}

/** How long the hindrance may last, in milliseconds: 0 for not at all, infinite where only the start limit ends it. */
function graceOf(policy: Policy, { pod, events }: PodSight, said: string): number {
  if (policy.type !== 'grace') return policy.type === 'wait' ? Number.POSITIVE_INFINITY : 0;
  const { graceMs, atOnceWhen = [], passesWhen = [], atOnceOn = [], longerOn } = policy;
  if (passesWhen.some((text) => text.test(said))) return Number.POSITIVE_INFINITY;
  if (atOnceWhen.some((text) => text.test(said))) return 0;
  const longer = longerOn?.events ?? [];
  const told = eventsOf(pod, events).findLast(
    ({ reason = '' }) => atOnceOn.includes(reason) || longer.includes(reason),
  );
  // A pod for which others are being evicted will have its place: the autoscaler's refusal does not count then.
  const isPromised = (pod.status?.nominatedNodeName ?? '') !== '';
  if (told?.reason === undefined) return graceMs;
  if (longer.includes(told.reason)) return longerOn?.graceMs ?? graceMs;
  return isPromised ? graceMs : 0;
}

/** The same without what it quotes, such as the image's name, which may contain any word: `"denied-tool:1"`. */
function withoutNames(text: string): string {
  const names = Array.from(text.matchAll(/"([^"]+)"/g), ([, name = '']) => name);
  return names.reduce((rest, name) => rest.replaceAll(name, ''), text);
}
