import type { ClusterUid, CommandId } from '../../core/command-id.ts';

/** The container that outlives the command: its output is read there. */
export const keeperContainer = 'keeper';
/** The container in which the command runs. */
export const commandContainer = 'command';
/** The volume of a Secret with text, files and token of a command, where there is one. */
export const payloadVolume = 'longarm-payload';
/** The ConfigMap that owns everything Longarm makes in a namespace: with it, all of it is deleted. */
export const anchorName = 'longarm';
/** The namespace where a cluster names none. */
export const defaultNamespace = 'longarm';

/** What a person types to see all that has to stand in a namespace. */
export function manifestCommand(namespace: string): string {
  return `longarm cluster manifest${namespace === defaultNamespace ? '' : ` --namespace ${namespace}`}`;
}

/** The labels by which Longarm knows its own. */
export const labels = {
  /** The uid of the registered cluster, so that two servers in one namespace leave each other's pods alone. */
  cluster: 'longarm.dev/cluster',
  /** The id of the command. */
  command: 'longarm.dev/command',
  /** `true` on a pod that only holds the name of a command which was stopped before it could start. */
  barred: 'longarm.dev/barred',
} as const;

/** The cluster that the doctor's trials say they belong to: no server's, so that no sweep ends one that is under way. */
export const trialClusterUid = '00000000-0000-4000-8000-000000000000' as ClusterUid;

/** The name of a command's pod, and of its Secret where it has one. The same from every worker, for ever. */
export function objectName(commandId: CommandId): string {
  return `longarm-${commandId}`;
}

/** Selects everything that belongs to one of these registered clusters. */
export function clusterSelector(...clusters: readonly ClusterUid[]): string {
  const [only] = clusters;
  return clusters.length === 1 ? `${labels.cluster}=${only}` : `${labels.cluster} in (${clusters.join(',')})`;
}
