import type { Pod, PodEvent } from './pod-shape.ts';

/** The events of this pod and of no earlier one of its name, oldest first by when each was last seen. */
export function eventsOf(pod: Pod, events: readonly PodEvent[]): readonly PodEvent[] {
  const uid = pod.metadata?.uid;
  return events
    .filter(({ involvedObject }) => uid === undefined || (involvedObject?.uid ?? uid) === uid)
    .toSorted((a, b) => (lastSeen(a) ?? 0) - (lastSeen(b) ?? 0));
}

/** When an event was first seen, in milliseconds of the cluster's clock: the API server's own where it is told. */
export function firstSeen(event: PodEvent): number | undefined {
  return instantOf(event.metadata?.creationTimestamp) ?? instantOf(event.firstTimestamp) ?? instantOf(event.eventTime);
}

/** When an event was last seen, in milliseconds of the cluster's clock. */
export function lastSeen(event: PodEvent): number | undefined {
  return (
    instantOf(event.series?.lastObservedTime) ??
    instantOf(event.lastTimestamp) ??
    instantOf(event.eventTime) ??
    firstSeen(event)
  );
}

/** Tells whether an event is about one container of the pod. */
export function isAbout(event: PodEvent, container: string): boolean {
  return event.involvedObject?.fieldPath?.endsWith(`{${container}}`) ?? false;
}

/**
 * A time of the API, in milliseconds; undefined for what is no time. The year 1 and 1970 are what Go and containerd
 * write where there is none.
 */
export function instantOf(text: string | undefined): number | undefined {
  if (typeof text !== 'string') return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) || instant < firstRealInstant ? undefined : instant;
}

const firstRealInstant = Date.UTC(1971);
