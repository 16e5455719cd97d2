import { instantOf } from './pod-events.ts';
import type { Pod } from './pod-shape.ts';

/**
 * For how long something has been wrong with a pod, in milliseconds. Never compares our clock with the cluster's: the
 * pod's creation plus the time we have waited since is the present by the cluster's clock, to a second. A pod that we
 * found later than it was made looks younger for it, which only lengthens a grace.
 * @param sinceMs when it began by the cluster's clock; where that is not known, the whole of the waiting counts
 */
export function problemAge(pod: Pod, pendingMs: number, sinceMs: number | undefined): number {
  const createdMs = instantOf(pod.metadata?.creationTimestamp);
  if (createdMs === undefined || sinceMs === undefined) return pendingMs;
  return Math.min(Math.max(createdMs + pendingMs - sinceMs, 0), pendingMs);
}
