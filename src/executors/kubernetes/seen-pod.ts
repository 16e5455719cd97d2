import type { CommandId } from '../../core/command-id.ts';
import { parseCommandId } from '../../core/command-id.ts';
import { commandContainer, keeperContainer, labels, payloadVolume } from './names.ts';
import { hasBegun } from './reasons/has-begun.ts';
import { parsePod } from './reasons/parse-pod.ts';
import type { Pod, PodEvent } from './reasons/pod-shape.ts';

/** A pod as the API server showed it, as far as it is looked at. */
export interface SeenPod {
  readonly uid: string;
  /** By which the API server knows whether it is still as it was seen. */
  readonly resourceVersion: string | undefined;
  /** The command whose pod it is; `undefined` for a pod that is not Longarm's. */
  readonly commandId: CommandId | undefined;
  /** The registered cluster that it says it belongs to. */
  readonly clusterUid: string | undefined;
  /** Whether it only holds the name of a command that must not start. */
  readonly isBar: boolean;
  /** Whether a Secret goes with it. */
  readonly hasSecret: boolean;
  /** Whether it is marked for deletion. */
  readonly isLeaving: boolean;
  readonly pod: Pod;
}

/** Reads a pod as it came over the wire. @throws when it has no uid, and so is no object of the API. */
export function seePod(object: unknown): SeenPod {
  const pod = parsePod(object);
  const uid = pod.metadata?.uid;
  if (uid === undefined) throw new Error('The cluster answered with a pod that has no uid.');
  const { metadata = {}, spec = {} } = object as {
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly resourceVersion?: string };
    readonly spec?: { readonly volumes?: readonly { readonly name?: string }[] };
  };
  return {
    uid,
    resourceVersion: metadata.resourceVersion,
    commandId: parseCommandId(metadata.labels?.[labels.command] ?? ''),
    clusterUid: metadata.labels?.[labels.cluster],
    isBar: metadata.labels?.[labels.barred] !== undefined,
    hasSecret: spec.volumes?.some(({ name }) => name === payloadVolume) ?? false,
    isLeaving: pod.metadata?.deletionTimestamp !== undefined,
    pod,
  };
}

/**
 * Tells whether `known` is at least as new as `other`. A version is a number in the store's count of changes: Kubernetes
 * lets clients compare them since 1.35 (KEP-5504), and counted so before. False where one is no number.
 */
export function isAsNewAs(known: SeenPod, other: SeenPod): boolean {
  const [version = '', otherVersion = ''] = [known.resourceVersion, other.resourceVersion];
  return /^\d+$/.test(version) && /^\d+$/.test(otherVersion) && BigInt(version) >= BigInt(otherVersion);
}

/** How a container of a pod stands. `unknown` where the cluster has said nothing yet. */
export type Standing = 'unknown' | 'waiting' | 'running' | 'terminated';

/** How one of the two containers stands. */
export function standingOf({ pod }: SeenPod, name: typeof keeperContainer | typeof commandContainer): Standing {
  const state = pod.status?.containerStatuses?.find((status) => status.name === name)?.state;
  if (state?.terminated !== undefined) return 'terminated';
  if (state?.running !== undefined) return 'running';
  if (state?.waiting !== undefined) return 'waiting';
  return pod.spec?.nodeName === undefined ? 'waiting' : 'unknown';
}

/** Whether it is proven that the keeper never ran so far. Only through it can a command be let begin. */
export function keeperNeverRan(seen: SeenPod, events: readonly PodEvent[]): boolean {
  if (seen.isBar || seen.pod.spec?.nodeName === undefined) return true;
  return hasBegun(seen.pod, events, keeperContainer) === 'no';
}

/** Whether nothing of the command can run in the pod any more, or ever could. */
export function isOver(seen: SeenPod): boolean {
  return seen.isBar || seen.pod.spec?.nodeName === undefined || standingOf(seen, commandContainer) === 'terminated';
}

/** Whether the pod has ended as a whole, so that nothing can be asked of its containers. */
export function hasEnded({ pod }: SeenPod): boolean {
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}
