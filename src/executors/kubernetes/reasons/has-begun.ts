import { eventsOf, firstSeen, instantOf, isAbout } from './pod-events.ts';
import type { ContainerStatus, Pod, PodEvent } from './pod-shape.ts';

/**
 * Whether anything of a container ever ran. `unknown` is the honest answer more often than it looks: a kubelet that
 * evicts a pod or rejects it after a restart wipes the statuses of containers that ran.
 */
export type Begun = 'yes' | 'no' | 'unknown';

/** Tells whether a container of a pod that will not go on ever ran. */
export function hasBegun(pod: Pod, events: readonly PodEvent[], container: string): Begun {
  const own = eventsOf(pod, events);
  const about = own.filter((event) => isAbout(event, container));
  const status = pod.status?.containerStatuses?.find(({ name }) => name === container);
  if (showsARun(status) || about.some(({ reason }) => reason === 'Started' || reason === 'Killing')) return 'yes';
  if (isRejectedAtFirstSight(pod, own) || isUnscheduled(pod)) return 'no';
  const waiting = status?.state?.waiting?.reason;
  if (waiting === undefined || about.some(({ reason }) => reason === 'Created')) return 'unknown';
  if (waiting !== 'ContainerCreating' && waiting !== 'PodInitializing') return 'no';
  // Nothing said of it is worth something only where the kubelet's and the scheduler's events are seen at all.
  return own.length > 0 ? 'no' : 'unknown';
}

function showsARun(status: ContainerStatus | undefined): boolean {
  if (status === undefined) return false;
  const { state, lastState, restartCount = 0, started = false, containerID = '' } = status;
  const isSeen = state?.running ?? state?.terminated ?? lastState?.running ?? lastState?.terminated;
  return isSeen !== undefined || restartCount > 0 || started || containerID !== '';
}

function isUnscheduled(pod: Pod): boolean {
  const isBound = (pod.spec?.nodeName ?? '') !== '';
  return (
    !isBound && (pod.status?.conditions ?? []).some(({ type, status }) => type === 'PodScheduled' && status === 'False')
  );
}

/** How far the kubelet's two notes of one rejection may lie apart; both are cut to seconds. */
const sameMomentMs = 1000;

/**
 * Proven to have been turned away before anything ran: the kubelet rejected the pod in the moment it first saw it. After
 * a restart it may reject a pod that was running, with the same words and the statuses wiped; then `startTime` is old.
 */
export function isRejectedAtFirstSight(pod: Pod, events: readonly PodEvent[]): boolean {
  const { phase, reason, containerStatuses = [], startTime } = pod.status ?? {};
  if (phase !== 'Failed' || reason === undefined || containerStatuses.some(showsARun)) return false;
  const rejected = eventsOf(pod, events).find((event) => event.reason === reason);
  const written = pod.metadata?.managedFields?.findLast(({ subresource }) => subresource === 'status');
  // The kubelet's own clock where it is told, because `startTime` is of that clock.
  const rejectedMs =
    instantOf(rejected?.firstTimestamp) ?? (rejected && firstSeen(rejected)) ?? instantOf(written?.time);
  const firstSightMs = instantOf(startTime);
  if (rejectedMs === undefined || firstSightMs === undefined) return false;
  return Math.abs(rejectedMs - firstSightMs) <= sameMomentMs;
}
